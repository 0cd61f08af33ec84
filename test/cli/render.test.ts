// The texts themselves, word for word: what people read is part of the product.
import { describe, expect, it } from 'vitest';
import { objectsOf, unpackedPreview } from '../../src/cli/packed.ts';
import { coloured, painter, plain } from '../../src/cli/paint.ts';
import { renderApprovals } from '../../src/cli/render-approvals.ts';
import { renderBlocked } from '../../src/cli/render-blocked.ts';
import { renderChecks } from '../../src/cli/render-checks.ts';
import { renderError } from '../../src/cli/render-error.ts';
import { renderHistory } from '../../src/cli/render-history.ts';
import { renderList } from '../../src/cli/render-list.ts';
import { renderPreview } from '../../src/cli/render-plan.ts';
import { plainLine, renderLive } from '../../src/cli/render-progress.ts';
import { renderStatus } from '../../src/cli/render-status.ts';
import { NaasError } from '../../src/spec/errors.ts';
import { parseRequestText } from '../../src/spec/request.ts';
import type { StatusRow } from '../../src/spec/status.ts';
import { describePause } from '../../src/spec/switch.ts';
import { awaiting, blocked, entry, LEAD_SLOT, NAME, planAnswer, REQUEST, ready, statusWith } from './samples.ts';
import { NOW } from './stage.ts';

const nowMs = Date.parse(NOW);
const text = (lines: string[]): string => `\n${lines.join('\n')}\n`;

describe('what people read', () => {
  it('status of a ready namespace', () => {
    expect(text(renderStatus(ready, nowMs, plain))).toMatchInlineSnapshot(`
      "
      shop-cart-staging  ready
        team         shop / cart / staging
        kind         tier staging, template standard
        cluster      local
        requested    2026-03-01 11:58:00Z (2 min ago) by ada@example.com
        ready        2026-03-01 11:59:00Z (59 s ago), made in 0.4 s
        lease        30 days, ends 2026-03-31 11:59:00Z (in 29 d 23 h)
        request id   r-1
        incarnation  k3v9
        plan         1a2b3c4d1a2b

      Approval
        ✔  team-lead  approved by lee@example.com  staging needs a lead of shop

      Owns 4 objects
        claim       Namespace      shop-cart-staging
        guardrails  LimitRange     naas-limits
        guardrails  ResourceQuota  naas-quota
        access      RoleBinding    naas-developers    not confirmed yet
      "
    `);
  });

  it('status of a request that waits for people', () => {
    expect(text(renderStatus(awaiting, nowMs, plain))).toMatchInlineSnapshot(`
      "
      shop-cart-staging  awaiting-approval
        team        shop / cart / staging
        kind        tier staging, template standard
        cluster     local
        requested   2026-03-01 11:58:00Z (2 min ago) by ada@example.com
        request id  r-1

        waits for  a decision of team-lead
        since      2026-03-01 11:58:01Z (1 min 59 s ago)
        until      2026-03-08 11:58:00Z (in 6 d 23 h)
        you can    somebody of group shop-leads approves or rejects it

      Approval, lapses 2026-03-08 11:58:00Z (in 6 d 23 h)
        ?  team-lead  one of group shop-leads  staging needs a lead of shop
      "
    `);
  });

  it('status that only Temporal could tell', () => {
    const stale = statusWith({
      stale: true,
      phase: 'provisioning',
      step: 'guardrails',
      requester: '',
      project: '',
      tier: '',
      template: '',
    });
    expect(text(renderStatus(stale, nowMs, plain))).toMatchInlineSnapshot(`
      "
      shop-cart-staging  provisioning
        stale: no worker answered, so these are the last things that Temporal recorded itself
        team        shop / staging
        cluster     local
        requested   2026-03-01 11:58:00Z (2 min ago)
        request id  r-1
      "
    `);
  });

  it('a blocked removal', () => {
    if (blocked.blocked === undefined) throw new Error('the sample is not blocked');
    expect(text(renderBlocked(NAME, blocked.blocked, nowMs, plain))).toMatchInlineSnapshot(`
      "
      Blocked in deleting (removing) since 2026-03-01 11:59:30Z (30 s ago), after 2 tries
        Blocked: namespace shop-cart-staging does not die: configmaps keep it; naas strips no finalizer
        object   Namespace shop-cart-staging
        blocker  1 × ConfigMap, finalizer example.com/hold: stuck
        It is tried again by itself and goes on once the blocker is gone:
          kubectl -n shop-cart-staging get configmaps
          naas watch shop-cart-staging
        Operators can
          naas retry shop-cart-staging                 have it tried at once
          naas skip shop-cart-staging --reason "…"     not here: what blocks is the Namespace itself, or inside it
          naas abandon shop-cart-staging --reason "…"  end the run with all that is left
        What it means and what helps: docs/operations.md#blocked-finalizer
      "
    `);
  });

  it('a run that waits for the end of a pause says so first, also where something blocks it', () => {
    const paused = { by: 'kim@example.com', reason: 'etcd is being moved', since: '2026-03-01T11:59:00.000Z' };
    const waitsFor = {
      what: `the end of a pause: ${describePause(paused)}`,
      since: paused.since,
      todo: '`naas resume` lets it go on',
    };
    const lines = renderStatus({ ...blocked, paused, waitsFor }, nowMs, plain).slice(1, -1);
    const from = lines.findIndex((line) => line.includes('waits for'));
    expect(text(lines.slice(from, from + 5))).toMatchInlineSnapshot(`
      "
        waits for  the end of a pause: naas is paused by kim@example.com since 2026-03-01T11:59:00.000Z: etcd is being moved
        since      2026-03-01 11:59:00Z (1 min ago)
        you can    \`naas resume\` lets it go on

      Blocked in deleting (removing) since 2026-03-01 11:59:30Z (30 s ago), after 2 tries
      "
    `);
  });

  it('a list marks what waits for the end of a pause, and what needs a person besides', () => {
    const row = { name: NAME, team: 'shop', environment: 'staging', startedAt: NOW, paused: true } as const;
    const rows: StatusRow[] = [
      { ...row, phase: 'provisioning', needsPerson: false },
      { ...row, phase: 'blocked', needsPerson: true },
    ];
    expect(text(renderList(rows, nowMs, plain))).toMatchInlineSnapshot(`
      "
      NAME               PHASE         TEAM  ENVIRONMENT  AGE    LEASE ENDS
      shop-cart-staging  provisioning  shop  staging      0.0 s  -           paused
      shop-cart-staging  blocked       shop  staging      0.0 s  -           paused, needs a person
      "
    `);
  });

  it('a plan against the live state', () => {
    const preview = {
      problems: [],
      plan: planAnswer,
      approval: { rule: 'staging-one-team-lead', awaits: [LEAD_SLOT] },
    };
    const shown = unpackedPreview(preview);
    if (shown.plan === null) throw new Error('the sample has a plan');
    expect(text(renderPreview(shown, objectsOf(shown.plan), plain))).toMatchInlineSnapshot(`
      "
      = keep     Namespace shop-cart-staging
      + create   LimitRange shop-cart-staging/naas-limits
      ~ change   ResourceQuota shop-cart-staging/naas-quota
            spec.hard["limits.cpu"]  → "8"
      ! conflict RoleBinding shop-cart-staging/naas-developers
            roleRef.name

      Plan: 1 to create, 1 to change, 1 to keep, 1 to conflict.  plan 1a2b3c4d1a2b-9f8e7d6c9f8e
      Approval: 1 person (rule staging-one-team-lead)
        ?  team-lead  one of group shop-leads  staging needs a lead of shop
      "
    `);
  });

  it('a plan that is approved by policy', () => {
    const preview = {
      problems: [],
      plan: { ...planAnswer, changes: [] },
      approval: { rule: 'dev-by-policy', awaits: [] },
    };
    expect(text(renderPreview(unpackedPreview(preview), [], plain))).toMatchInlineSnapshot(`
      "

      Plan: 0 to create, 0 to change, 0 to keep, 0 to conflict.  plan 1a2b3c4d1a2b-9f8e7d6c9f8e
      Approval: by policy, nobody is asked (rule dev-by-policy)
      "
    `);
  });

  it('the inbox', () => {
    const request = {
      ...parseRequestText(REQUEST, 'request.yaml'),
      members: { admins: [{ group: 'shop-leads' }], developers: [{ group: 'shop' }, { user: 'ada@example.com' }] },
      quota: { 'limits.cpu': '12' },
      network: {
        profile: 'isolated',
        ingressFrom: [{ namespace: 'payments-ledger-prod', team: 'payments' }],
        egressTo: [{ cidr: '10.20.0.0/24', ports: [{ port: 5432 }] }],
      },
    };
    const asked = { requestId: 'r-1', planDigest: planAnswer.planDigest, request };
    const viewer = { user: "o'neil@example.com", groups: ['shop-leads'] };
    expect(
      text(renderApprovals([{ name: NAME, status: awaiting, plan: planAnswer, request: asked }], viewer, nowMs, plain)),
    ).toMatchInlineSnapshot(`
      "
      shop-cart-staging  awaiting-approval
        asked by     ada@example.com, 2026-03-01 11:58:00Z (2 min ago)
        for          team shop, project cart, staging (tier staging)
        purpose      try the new cart
        admins       group shop-leads
        developers   group shop, ada@example.com
        quota        limits.cpu 12
        profile      isolated
        lets in      payments-ledger-prod (team payments)
        goes out to  10.20.0.0/24 TCP/5432
        why you      team-lead: staging needs a lead of shop
        lapses       2026-03-08 11:58:00Z (in 6 d 23 h)
        ?  team-lead  one of group shop-leads  staging needs a lead of shop
        Plan: 1 to create, 1 to change, 1 to keep, 1 to conflict.
          = keep     Namespace shop-cart-staging
          ~ change   ResourceQuota shop-cart-staging/naas-quota
                spec.hard["limits.cpu"]
          ! conflict RoleBinding shop-cart-staging/naas-developers
                roleRef.name
        approve  naas approve shop-cart-staging --as 'o'\\''neil@example.com' --group shop-leads --digest 1a2b3c4d1a2b-9f8e7d6c9f8e
        reject   naas reject shop-cart-staging --as 'o'\\''neil@example.com' --group shop-leads --reason "…"
      "
    `);
  });

  it('an empty inbox', () => {
    expect(renderApprovals([], { user: 'lee@example.com', groups: ['shop-leads'] }, nowMs, plain)).toEqual([
      'Nothing waits for lee@example.com (group shop-leads).',
    ]);
  });

  it('the timeline', () => {
    const ref = entry('claim', 'Namespace', NAME);
    const lines = renderHistory(
      [
        { at: '2026-03-01T11:58:00.000Z', kind: 'request', text: 'asked for', by: 'ada@example.com' },
        {
          at: '2026-03-01T11:59:00.000Z',
          kind: 'decision',
          text: 'lee@example.com approved as team-lead',
          by: 'lee@example.com',
        },
        {
          at: '2026-03-01T11:59:00.100Z',
          kind: 'effect',
          text: `created Namespace ${NAME}`,
          effect: { verb: 'create', ref, outcome: 'created', after: '41' },
        },
        {
          at: '2026-03-01T11:59:01.000Z',
          kind: 'problem',
          text: 'could not go on',
          problem: { code: 'Forbidden', message: 'no right to\nlist secrets' },
        },
      ],
      plain,
    );
    expect(text(lines)).toMatchInlineSnapshot(`
      "
      2026-03-01 11:58:00Z  request   asked for (ada@example.com)
      2026-03-01 11:59:00Z  decision  lee@example.com approved as team-lead
      2026-03-01 11:59:00Z  effect    created Namespace shop-cart-staging  [version 41]
      2026-03-01 11:59:01Z  problem   could not go on: no right to list secrets
      "
    `);
  });

  it('a timeline that has lost its beginning says so', () => {
    const entry = { at: '2026-03-01T11:58:00.000Z', kind: 'notice' as const, text: 'a reminder' };
    expect(renderHistory(Array(199).fill(entry), plain)[0]).toContain('a reminder');
    const lines = renderHistory(Array(200).fill(entry), plain);
    expect([lines[0], lines.length]).toEqual(['(the newest 200)', 201]);
  });

  it('a hint of its own takes the place of the one for its code', () => {
    const problems = [
      { code: 'NotFound' as const, message: 'no local platform runs here', hint: '`naas local up` starts one.' },
      { code: 'Conflict' as const, message: 'it is held' },
    ];
    expect(renderError(new NaasError(problems), plain)).toEqual([
      'NotFound: no local platform runs here',
      'Conflict: it is held',
      '  → `naas local up` starts one.',
      '  → Look at what holds the name with `naas status NAME`.',
    ]);
  });

  it('the doctor', () => {
    const lines = renderChecks(
      [
        { name: 'Node', state: 'ok', found: '24.21.0' },
        { name: 'kubectl', state: 'warning', found: 'not on PATH', mend: '`npm start` builds it.' },
        { name: 'trusted keys', state: 'missing', found: 'no file', mend: 'Set NAAS_TRUSTED_KEYS.' },
      ],
      plain,
    );
    expect(text(lines)).toMatchInlineSnapshot(`
      "
      ✔  Node          24.21.0
      !  kubectl       not on PATH
           → \`npm start\` builds it.
      ✘  trusted keys  no file
           → Set NAAS_TRUSTED_KEYS.

      1 of 3 in order, 1 to look at, 1 missing.
      "
    `);
  });

  it('several problems of one file, with one hint', () => {
    const error = new NaasError([
      {
        code: 'InvalidRequest',
        message: 'r.yaml: teir is not known; did you mean tier?',
        file: 'r.yaml',
        line: 8,
        column: 1,
        field: 'teir',
        value: 'dev',
      },
      {
        code: 'InvalidRequest',
        message: 'tier is missing',
        file: 'r.yaml',
        line: 1,
        field: 'tier',
        allowed: ['dev', 'staging'],
      },
    ]);
    expect(text(renderError(error, plain))).toMatchInlineSnapshot(`
      "
      InvalidRequest r.yaml:8:1: teir is not known; did you mean tier?
          value    "dev"
      InvalidRequest r.yaml:1: tier is missing
          allowed  dev, staging
        → Correct the named fields and send the request again; \`naas schema\` prints what is allowed.
      "
    `);
  });
});

describe('progress', () => {
  const moment = { nowMs, sinceMs: nowMs - 3_400, width: 60, frame: 0 };

  it('of a provisioning shows what is done, what is going on and what comes', () => {
    const running = statusWith({
      phase: 'provisioning',
      step: 'guardrails',
      approval: { slots: [{ ...LEAD_SLOT, decidedBy: 'lee@example.com' }], lapsesAt: NOW },
      inventory: [entry('claim', 'Namespace', NAME), entry('guardrails', 'ResourceQuota', 'naas-quota', 'intended')],
    });
    expect(text(renderLive(running, moment, plain))).toMatchInlineSnapshot(`
      "
      shop-cart-staging  provisioning  3.4 s
        ✔  checked
        ✔  approval: team-lead  lee@example.com
        ✔  claim                Namespace
        ⠋  guardrails           ResourceQuota
        ·  equipment
        ·  access
      "
    `);
  });

  it('of a removal counts what is left', () => {
    const removing = statusWith({ phase: 'deleting', step: 'removing', inventory: ready.inventory });
    expect(text(renderLive(removing, moment, plain))).toMatchInlineSnapshot(`
      "
      shop-cart-staging  deleting  3.4 s
        ✔  taking access away
        ⠋  removing the namespace  4 left
      "
    `);
  });

  it('of a request that waits says for what, until when and what one can do', () => {
    expect(text(renderLive(awaiting, moment, plain))).toMatchInlineSnapshot(`
      "
      shop-cart-staging  awaiting-approval  3.4 s
        ✔  checked
        ⠋  approval: team-lead  one of group shop-leads
        ·  claim
        ·  guardrails
        ·  equipment
        ·  access
        waits for  a decision of team-lead, until 2026-03-08
                   11:58:00Z (in 6 d 23 h)
        you can    somebody of group shop-leads approves or
                   rejects it
      "
    `);
  });

  it('is one line a change where nothing can be redrawn', () => {
    expect(plainLine(awaiting)).toBe(
      'shop-cart-staging  awaiting-approval (asking for approval); waits for a decision of team-lead; you can: somebody of group shop-leads approves or rejects it',
    );
    expect(plainLine(ready)).toBe('shop-cart-staging  ready');
  });
});

describe('colour', () => {
  it('is for terminals without NO_COLOR only', () => {
    expect(painter(true, {})).toBe(coloured);
    expect(painter(true, { NO_COLOR: '1' })).toBe(plain);
    expect(painter(true, { TERM: 'dumb' })).toBe(plain);
    expect(painter(false, {})).toBe(plain);
  });

  it('does not disturb the columns', () => {
    const withColour = renderStatus(ready, nowMs, coloured).join('\n');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
    expect(withColour).toMatch(/\x1b\[/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is taken out
    expect(withColour.replaceAll(/\x1b\[\d+m/g, '')).toBe(renderStatus(ready, nowMs, plain).join('\n'));
  });
});
