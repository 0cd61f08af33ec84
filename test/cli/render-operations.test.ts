// What people read of operations on living namespaces, of what is left behind and of names that rest, word for word.
import { describe, expect, it } from 'vitest';
import { plain } from '../../src/cli/paint.ts';
import { renderApprovals } from '../../src/cli/render-approvals.ts';
import { renderBlocked } from '../../src/cli/render-blocked.ts';
import { renderHistory } from '../../src/cli/render-history.ts';
import { renderList } from '../../src/cli/render-list.ts';
import { renderOutcome } from '../../src/cli/render-outcome.ts';
import { plainLine, renderLive } from '../../src/cli/render-progress.ts';
import { renderStatus } from '../../src/cli/render-status.ts';
import type { StatusRow } from '../../src/spec/status.ts';
import { blocked, entry, NAME, operated, operating, operationPlan, ready, statusWith } from './samples.ts';
import { NOW } from './stage.ts';

const nowMs = Date.parse(NOW);
const text = (lines: string[]): string => `\n${lines.join('\n')}\n`;

/** From a heading to the next empty line. */
function section(lines: string[], heading: string): string {
  const from = lines.findIndex((line) => line.startsWith(heading));
  if (from === -1) throw new Error(`no "${heading}" in:\n${lines.join('\n')}`);
  const length = lines.slice(from).indexOf('');
  return text(lines.slice(from, length === -1 ? undefined : from + length));
}

const LEFT = {
  ref: entry('access', 'RoleBinding', 'naas-developers'),
  by: 'olga@example.com',
  reason: 'its webhook is gone',
  at: '2026-03-01T11:59:50.000Z',
};

describe('status', () => {
  it('shows the operation: who asked, the difference, who has to decide', () => {
    expect(section(renderStatus(operating(), nowMs, plain), 'Operation')).toMatchInlineSnapshot(`
      "
      Operation: change, waits for approval
        asked by    ada@example.com, 2026-03-01 11:59:30Z (30 s ago)
        reason      a load test on Friday
        request id  r-2
        plan        5e6f7a8b5e6f
        lapses      2026-03-08 11:59:30Z (in 6 d 23 h)
        ~ change   ResourceQuota shop-cart-staging/naas-quota
              spec.hard["limits.cpu"]  "4" → "8"
              spec.hard["pods"]        none → "9"
        + create   RoleBinding shop-cart-staging/naas-developers
        - remove   RoleBinding shop-cart-staging/naas-viewers
        = keep     2 objects
        ?  team-lead  one of group shop-leads  staging needs a lead of shop
      "
    `);
  });

  it('shows how the last one ended, and why', () => {
    const undone = operated('undone', { problems: [{ code: 'Forbidden', message: 'apply of ConfigMap: no right' }] });
    expect(section(renderStatus(undone, nowMs, plain), 'Last operation')).toMatchInlineSnapshot(`
      "
      Last operation: change, undone 2026-03-01 11:59:40Z (20 s ago)
        request id  r-2
        plan        5e6f7a8b5e6f
        Forbidden: apply of ConfigMap: no right
      "
    `);
  });

  it('lists for ever what people gave up', () => {
    const lines = renderStatus({ ...ready, leftBehind: [LEFT] }, nowMs, plain);
    expect(section(lines, 'Left behind')).toMatchInlineSnapshot(`
      "
      Left behind, given up by people
        RoleBinding shop-cart-staging/naas-developers  olga@example.com, 2026-03-01 11:59:50Z  its webhook is gone
      "
    `);
  });

  it('says until when the name of a deleted namespace rests, and for whom', () => {
    const resting = statusWith({ phase: 'deleted', step: 'removing', quarantinedUntil: '2026-03-02T12:00:00.000Z' });
    expect(renderStatus(resting, nowMs, plain)).toContain(
      '  name rests  until 2026-03-02 12:00:00Z (in 1 d); team shop may take it before',
    );
    expect(text(renderOutcome(resting, nowMs, plain))).toMatchInlineSnapshot(`
      "
      ✔ shop-cart-staging is deleted; nothing that naas made is left.
        its name rests until 2026-03-02 12:00:00Z (in 1 d); team shop may take it before.
      "
    `);
  });
});

describe('the inbox', () => {
  const viewer = { user: 'lee@example.com', groups: ['shop-leads'] };

  it('shows of an operation each value from and to, and what is new in full', () => {
    const lines = renderApprovals(
      [{ name: NAME, status: operating(), plan: operationPlan, request: null }],
      viewer,
      nowMs,
      plain,
    );
    expect(text(lines)).toMatchInlineSnapshot(`
      "
      shop-cart-staging  change awaiting-approval
        asked by  ada@example.com, 2026-03-01 11:59:30Z (30 s ago)
        reason    a load test on Friday
        for       team shop, project cart, staging (tier staging)
        why you   team-lead: staging needs a lead of shop
        lapses    2026-03-08 11:59:30Z (in 6 d 23 h)
        ?  team-lead  one of group shop-leads  staging needs a lead of shop
        Difference: 1 to create, 1 to change, 2 to keep, 0 to conflict, 1 to remove.
          ~ change   ResourceQuota shop-cart-staging/naas-quota
                spec.hard["limits.cpu"]  "4" → "8"
                spec.hard["pods"]        none → "9"
          + create   RoleBinding shop-cart-staging/naas-developers
                roleRef   → {"kind":"ClusterRole","name":"tenant-developer"}
                subjects  → [{"kind":"Group","name":"shop-developers"}]
          - remove   RoleBinding shop-cart-staging/naas-viewers
          = keep     2 objects
        approve  naas approve shop-cart-staging --as lee@example.com --group shop-leads --digest 5e6f7a8b5e6f-0a1b2c3d0a1b
        reject   naas reject shop-cart-staging --as lee@example.com --group shop-leads --reason "…"
      "
    `);
  });

  it('shows whole what the summary had to cut', () => {
    const long = { ref: entry('access', 'RoleBinding', 'naas-developers'), verb: 'change' as const };
    const plan = {
      ...operationPlan,
      changes: [{ ...long, fields: ['subjects'], values: { subjects: { from: '[]', to: '[{"kind":"Gro…' } } }],
    };
    const lines = renderApprovals([{ name: NAME, status: operating(), plan, request: null }], viewer, nowMs, plain);
    expect(lines.join('\n')).toContain('subjects  [] → [{"kind":"Group","name":"shop-developers"}]');
  });
});

describe('what is blocked', () => {
  const at = blocked.blocked;
  if (at === undefined) throw new Error('the sample is not blocked');

  it.each([
    ['a removal that a single object blocks', { objects: [LEFT.ref] }, 'leave the named objects as they are'],
    ['an undo that the Namespace blocks', { phase: 'ready' as const }, 'leave the named objects as they are'],
    ['a removal that the Namespace blocks', {}, 'not here'],
    ['a removal that blocks without an object', { objects: [] }, 'not here'],
  ])('offers skip only where it can help: %s', (_what, changes, words) => {
    const lines = renderBlocked(NAME, { ...at, ...changes }, nowMs, plain);
    expect(lines.find((line) => line.includes('naas skip'))).toContain(words);
    expect(lines.some((line) => line.includes(`naas retry ${NAME}`))).toBe(true);
    expect(lines.some((line) => line.includes(`naas abandon ${NAME}`))).toBe(true);
  });

  it('warns before a living namespace is given up', () => {
    const abandon = (changes: object) =>
      renderBlocked(NAME, { ...at, ...changes }, nowMs, plain).find((line) => line.includes('naas abandon'));
    expect(abandon({ phase: 'ready' })).toContain('give up a living namespace');
    expect(abandon({})).toContain('end the run with all that is left');
  });

  it('and was abandoned is not said to be undone', () => {
    const lines = renderOutcome(statusWith({ phase: 'abandoned', leftBehind: [LEFT] }), nowMs, plain);
    expect(lines).toEqual([
      '✘ shop-cart-staging is abandoned.',
      '  1 left behind, given up by people: see `naas status shop-cart-staging`.',
    ]);
  });
});

describe('list', () => {
  it('tells an operation that waits from a request that waits, and names what blocks', () => {
    const row: StatusRow = {
      name: 'a',
      phase: 'ready',
      team: 'shop',
      environment: 'dev',
      needsPerson: true,
      startedAt: '2026-03-01T11:58:00Z',
    };
    const rows = [row, { ...row, phase: 'awaiting-approval' as const }, { ...row, needsPerson: false }];
    const stuck = { ...row, phase: 'blocked' as const, errorType: 'Throttled' };
    const last = renderList([...rows, stuck], nowMs, plain).map((line) => line.split(/ {2,}/).at(-1));
    expect(last.slice(1)).toEqual([
      'an operation needs a person',
      'needs a person',
      '-',
      'needs an operator: Throttled',
    ]);
  });
});

describe('history', () => {
  it('says for which request an effect was had, once there is more than one', () => {
    const ref = entry('guardrails', 'ResourceQuota', 'naas-quota');
    const effect = { verb: 'apply' as const, ref, outcome: 'changed' as const };
    const at = '2026-03-01T11:59:00.000Z';
    const lines = renderHistory(
      [
        { at, kind: 'effect', text: `created ResourceQuota ${NAME}/naas-quota`, request: 'r-1' },
        { at, kind: 'phase', text: 'change begins: approved by lee@example.com' },
        { at, kind: 'effect', text: `changed ResourceQuota ${NAME}/naas-quota`, effect, request: 'r-2' },
        { at, kind: 'phase', text: 'change applied: asked for by ada@example.com' },
      ],
      plain,
    );
    expect(text(lines)).toMatchInlineSnapshot(`
      "
      2026-03-01 11:59:00Z  effect  created ResourceQuota shop-cart-staging/naas-quota  for r-1
      2026-03-01 11:59:00Z  phase   change begins: approved by lee@example.com
      2026-03-01 11:59:00Z  effect  changed ResourceQuota shop-cart-staging/naas-quota  for r-2
      2026-03-01 11:59:00Z  phase   change applied: asked for by ada@example.com
      "
    `);
  });
});

describe('progress of an operation', () => {
  const moment = { nowMs, sinceMs: nowMs - 3_400, width: 90, frame: 0 };

  it.each([
    ['awaiting-approval', '⠋  approval: team-lead', '·  change applied'],
    ['applying', '·  approval: team-lead', '⠋  change applied'],
    ['undoing', '·  approval: team-lead', '⠋  change being undone'],
  ] as const)('marks what is going on while it is %s', (step, approval, applying) => {
    const lines = renderLive(operating({ step }), moment, plain).join('\n');
    expect(lines).toContain(approval);
    expect(lines).toContain(applying);
  });

  it('is one line a change where nothing can be redrawn', () => {
    expect(plainLine(operating())).toBe('shop-cart-staging  ready (change waits for approval)');
  });

  it('tells those who only look on how the last one ended', () => {
    expect(plainLine(operated('undone'))).toBe('shop-cart-staging  ready; the last change is undone');
    expect(renderLive(operated('applied'), moment, plain).at(-1)).toBe('  last  change, applied 20 s ago');
  });
});
