import { describe, expect, it } from 'vitest';
import {
  confirm,
  describeRef,
  type Effect,
  type InventoryEntry,
  type ObjectRef,
  refKey,
  strike,
} from '../../src/spec/inventory.ts';

const ref = (kind: string, name: string, namespace?: string): ObjectRef => ({
  system: 'kubernetes',
  cluster: 'local',
  apiVersion: 'v1',
  kind,
  name,
  ...(namespace === undefined ? {} : { namespace }),
});
const entry = (of: ObjectRef): InventoryEntry => ({ ...of, stage: 'equipment', state: 'intended' });
const effect = (of: ObjectRef, more: Partial<Effect>): Effect => ({
  verb: 'apply',
  ref: of,
  outcome: 'created',
  ...more,
});

const config = ref('ConfigMap', 'info', 'shop');
const account = ref('ServiceAccount', 'app', 'shop');

describe('the inventory', () => {
  it('confirms exactly the entries whose effect brought a UID', () => {
    const confirmed = confirm([entry(config), entry(account)], [effect(config, { uid: 'u1' }), effect(account, {})]);
    expect(confirmed).toEqual([{ ...entry(config), state: 'confirmed', uid: 'u1' }, entry(account)]);
  });

  it('lets an entry go only when its removal is confirmed', () => {
    const entries = [entry(config), entry(account)];
    expect(strike(entries, [effect(config, { uid: 'u1' })])).toEqual(entries);
    for (const outcome of ['deleted', 'absent', 'skipped'] as const) {
      expect(strike(entries, [effect(config, { verb: 'delete', outcome })])).toEqual([entry(account)]);
    }
  });

  it('keeps objects of one name in other kinds, namespaces and clusters apart', () => {
    const keys = [
      config,
      ref('Secret', 'info', 'shop'),
      ref('ConfigMap', 'info', 'pay'),
      { ...config, cluster: 'other' },
      ref('ConfigMap', 'info'),
    ].map(refKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('names an object as people do', () => {
    expect(describeRef(config)).toBe('ConfigMap shop/info');
    expect(describeRef(ref('Namespace', 'shop'))).toBe('Namespace shop');
  });
});
