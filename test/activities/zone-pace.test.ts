// The turns of a zone's writes: never more than its rate over any time, whoever writes, and given out once.
import { beforeEach, describe, expect, it } from 'vitest';
import type { CallOptions } from '../../src/activities/cluster.ts';
import type { DnsZone } from '../../src/activities/zone.ts';
import { pacedZone } from '../../src/activities/zone-pace.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import { NaasError } from '../../src/spec/errors.ts';
import type { ObjectEffect, ObjectRef } from '../../src/spec/inventory.ts';
import { failureOf, inActivity, WatchedCluster } from '../support/activity-world.ts';

/** Compares versions, as a real API server does. */
class StrictCluster extends WatchedCluster {
  override async merge(ref: ObjectRef, patch: Record<string, unknown>, options: CallOptions): Promise<ObjectEffect> {
    const live = await this.read(ref);
    const { resourceVersion } = patch['metadata'] as { resourceVersion: string };
    if (live?.metadata.resourceVersion !== resourceVersion)
      throw new NaasError({ code: 'Outdated', message: 'another version stands there' });
    return super.merge(ref, patch, options);
  }
}

const KEY = { zone: 'naas.test', name: 'cart.naas.test', type: 'A' } as const;
const later = (): CallOptions => ({ deadlineMs: Date.now() + 10_000 });

let cluster: StrictCluster;
let written: number[];
let zone: DnsZone;

beforeEach(() => {
  cluster = new StrictCluster();
  written = [];
  zone = {
    name: 'naas.test',
    async remove() {
      written.push(Date.now());
      return { verb: 'delete', outcome: 'deleted' };
    },
  } as unknown as DnsZone;
});

const leaseOf = (): KubernetesObject | undefined =>
  cluster
    .standing('naas-system')
    .find(({ kind, metadata }) => kind === 'Lease' && metadata.name === 'naas-zone.naas.test');

const renewTime = (): unknown => leaseOf()?.['spec'];

describe('the writes of a zone', () => {
  it('of two workers come one after the other at its rate, and no sooner', async () => {
    const workers = [pacedZone(zone, cluster, 50), pacedZone(zone, cluster, 50)];
    const began = Date.now();
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => inActivity(async () => workers[index % 2]?.remove(KEY, 'v', later()))),
    );
    expect(written).toHaveLength(40);
    const early = written.toSorted((a, b) => a - b).filter((at, index) => at < began + index * 20 - 2);
    expect(early).toEqual([]);
  });

  it('that have to wait long give their place up, and keep their turn for the next attempt', async () => {
    const slow = pacedZone(zone, cluster, 0.1);
    await inActivity(() => slow.remove(KEY, 'v', later()));
    const failure = await failureOf(inActivity(() => slow.remove(KEY, 'v', later())));
    expect(failure).toMatchObject({ cause: { code: 'Throttled' }, details: { turnMs: expect.any(Number) } });
    expect(String(failure)).toContain('zone naas.test takes 6 writes a minute; the turn of this one comes in 10 s');
    expect(written).toHaveLength(1);
    const given = renewTime();
    // The turn has come, and was missed: it counts all the same, and no other is taken.
    const heartbeatDetails = { problems: [], objects: [], effects: [], turnMs: Date.now() - 500 };
    await inActivity(() => slow.remove(KEY, 'v', later()), { attempt: 2, heartbeatDetails });
    expect(written).toHaveLength(2);
    expect(renewTime()).toEqual(given);
  });

  it('take a turn each, where one attempt makes two', async () => {
    const fast = pacedZone(zone, cluster, 100);
    const heartbeatDetails = { problems: [], objects: [], effects: [], turnMs: Date.now() };
    await inActivity(
      async () => {
        await fast.remove(KEY, 'v', later());
        expect(leaseOf()).toBeUndefined();
        await fast.remove(KEY, 'v', later());
      },
      { attempt: 2, heartbeatDetails },
    );
    expect(leaseOf()).toBeDefined();
  });

  it('take no turn where nobody can say which is next', async () => {
    cluster.bend = (verb) => {
      if (verb === 'read') throw new NaasError({ code: 'Unavailable', message: 'the API server is away' });
    };
    await expect(inActivity(() => pacedZone(zone, cluster, 50).remove(KEY, 'v', later()))).rejects.toThrow('is away');
    expect(written).toEqual([]);
    cluster.bend = () => undefined;
    await inActivity(() => pacedZone(zone, cluster, 50).remove(KEY, 'v', later()));
    expect(written).toHaveLength(1);
  });
});
