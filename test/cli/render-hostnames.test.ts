// The texts of a namespace with hostnames, word for word.
import { describe, expect, it } from 'vitest';
import { plain } from '../../src/cli/paint.ts';
import { renderHistory } from '../../src/cli/render-history.ts';
import { renderPreview } from '../../src/cli/render-plan.ts';
import { plainLine, renderLive } from '../../src/cli/render-progress.ts';
import { renderStatus } from '../../src/cli/render-status.ts';
import { hostnameRef, recordRef } from '../../src/spec/inventory.ts';
import { entry, NAME, planAnswer, statusWith } from './samples.ts';
import { NOW } from './stage.ts';

const nowMs = Date.parse(NOW);
const text = (lines: string[]): string => `\n${lines.join('\n')}\n`;
const hostname = hostnameRef('local', { zone: 'naas.test', name: 'cart.naas.test' });
const record = recordRef('local', { zone: 'naas.test', name: 'cart.naas.test', type: 'A' });

const publishing = statusWith({
  phase: 'provisioning',
  step: 'publish',
  hostnames: ['cart.naas.test'],
  inventory: [
    { ...hostname, stage: 'claim', state: 'confirmed' },
    entry('claim', 'Namespace', NAME),
    entry('route', 'ListenerSet', 'naas-listeners'),
    { ...record, stage: 'publish', state: 'intended' },
  ],
  waitsFor: {
    what: '2 of 4 name servers answer for A cart.naas.test (attempt 2)',
    since: '2026-03-01T11:59:50.000Z',
    todo: 'nothing',
  },
});

describe('what people read of hostnames', () => {
  it('in a plan', () => {
    const plan = {
      ...planAnswer,
      changes: [
        { verb: 'create' as const, ref: hostname, fields: [] },
        { verb: 'create' as const, ref: record, fields: [] },
        { verb: 'change' as const, ref: { ...record, kind: 'TXT' as const }, fields: ['values', 'ttlSeconds'] },
      ],
    };
    const lines = renderPreview({ plan, approval: null, problems: [] } as never, [], plain);
    expect(text(lines)).toMatchInlineSnapshot(`
      "
      + create   hostname cart.naas.test
      + create   A record cart.naas.test
      ~ change   TXT record cart.naas.test
            values
            ttlSeconds

      Plan: 2 to create, 1 to change, 0 to keep, 0 to conflict.  plan 1a2b3c4d1a2b-9f8e7d6c9f8e
      "
    `);
  });

  it('in a status that waits for name servers', () => {
    expect(text(renderStatus(publishing, nowMs, plain))).toMatchInlineSnapshot(`
      "
      shop-cart-staging  provisioning
        team        shop / cart / staging
        kind        tier staging, template standard
        cluster     local
        hostnames   cart.naas.test
        requested   2026-03-01 11:58:00Z (2 min ago) by ada@example.com
        request id  r-1

        waits for  2 of 4 name servers answer for A cart.naas.test (attempt 2)
        since      2026-03-01 11:59:50Z (10 s ago)
        you can    nothing

      Owns 4 objects
        claim    Hostname     cart.naas.test
        claim    Namespace    shop-cart-staging
        route    ListenerSet  naas-listeners
        publish  A record     cart.naas.test     not confirmed yet
      "
    `);
  });

  it('while somebody watches', () => {
    expect(plainLine(publishing)).toMatchInlineSnapshot(
      `"shop-cart-staging  provisioning (publishing its names); waits for 2 of 4 name servers answer for A cart.naas.test (attempt 2); you can: nothing"`,
    );
    const moment = { nowMs, sinceMs: nowMs - 4_000, width: 100, frame: 0 };
    expect(text(renderLive(publishing, moment, plain))).toMatchInlineSnapshot(`
      "
      shop-cart-staging  provisioning  4.0 s
        ✔  checked
        ✔  claim       Hostname, Namespace
        ✔  guardrails
        ✔  equipment
        ✔  route       ListenerSet
        ⠋  publish     A record
        ·  access
        waits for  2 of 4 name servers answer for A cart.naas.test (attempt 2)
        you can    nothing
      "
    `);
  });

  it('in the history', () => {
    const effect = { verb: 'create', ref: record, outcome: 'created', uid: 'W/"1"' } as const;
    const lines = renderHistory(
      [{ at: '2026-03-01T11:59:50.000Z', kind: 'effect', text: 'created A record cart.naas.test', effect }],
      plain,
    );
    expect(text(lines)).toMatchInlineSnapshot(`
      "
      2026-03-01 11:59:50Z  effect  created A record cart.naas.test
      "
    `);
  });
});
