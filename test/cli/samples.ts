// Statuses and plans as the client answers them, for the tests of the CLI.
import { gzipSync } from 'node:zlib';
import type { ChangeAnswer, PlanAnswer } from '../../src/cli/answers.ts';
import type { Change } from '../../src/spec/admission.ts';
import type { ObjectEntry, ObjectStage } from '../../src/spec/inventory.ts';
import type { OperationOutcome, OperationStatus, Status } from '../../src/spec/status.ts';

export const NAME = 'shop-cart-staging';
export const ADA = ['--as', 'ada@example.com', '--group', 'shop'];

export const REQUEST = `apiVersion: naas.dev/v1
kind: NamespaceRequest
team: shop
project: cart
environment: staging
tier: staging
purpose: try the new cart
`;

export const LEAD_SLOT = { slot: 'team-lead', why: 'staging needs a lead of shop', users: [], groups: ['shop-leads'] };

export function entry(
  stage: ObjectStage,
  kind: string,
  name: string,
  state: ObjectEntry['state'] = 'confirmed',
): ObjectEntry {
  const apiVersion = kind === 'RoleBinding' ? 'rbac.authorization.k8s.io/v1' : 'v1';
  const namespace = kind === 'Namespace' ? {} : { namespace: NAME };
  return { system: 'kubernetes', cluster: 'local', apiVersion, kind, ...namespace, name, stage, state };
}

export function statusWith(changes: Partial<Status>): Status {
  return {
    name: NAME,
    phase: 'requested',
    step: 'admitting',
    team: 'shop',
    project: 'cart',
    environment: 'staging',
    tier: 'staging',
    template: 'standard',
    cluster: 'local',
    requester: 'ada@example.com',
    requestId: 'r-1',
    requestedAt: '2026-03-01T11:58:00.000Z',
    problems: [],
    inventory: [],
    leftAlone: [],
    leftBehind: [],
    stale: false,
    ...changes,
  };
}

export const awaiting = statusWith({
  phase: 'awaiting-approval',
  step: 'deciding',
  approval: { slots: [LEAD_SLOT], lapsesAt: '2026-03-08T11:58:00.000Z' },
  waitsFor: {
    what: 'a decision of team-lead',
    since: '2026-03-01T11:58:01.000Z',
    until: '2026-03-08T11:58:00.000Z',
    todo: 'somebody of group shop-leads approves or rejects it',
  },
});

export const ready = statusWith({
  phase: 'ready',
  step: 'waiting',
  incarnation: 'k3v9',
  planDigest: `${'1a2b3c4d'.repeat(8)}`,
  provisioningStartedAt: '2026-03-01T11:59:00.000Z',
  readyAt: '2026-03-01T11:59:00.400Z',
  lease: { days: 30, endsAt: '2026-03-31T11:59:00.400Z' },
  approval: { slots: [{ ...LEAD_SLOT, decidedBy: 'lee@example.com' }], lapsesAt: '2026-03-08T11:58:00.000Z' },
  inventory: [
    entry('claim', 'Namespace', NAME),
    entry('guardrails', 'LimitRange', 'naas-limits'),
    entry('guardrails', 'ResourceQuota', 'naas-quota'),
    entry('access', 'RoleBinding', 'naas-developers', 'intended'),
  ],
});

export const blocked = statusWith({
  phase: 'blocked',
  step: 'removing',
  inventory: [entry('claim', 'Namespace', NAME)],
  blocked: {
    phase: 'deleting',
    step: 'removing',
    since: '2026-03-01T11:59:30.000Z',
    attempts: 2,
    problems: [
      { code: 'Blocked', message: `namespace ${NAME} does not die: configmaps keep it; naas strips no finalizer` },
    ],
    objects: [{ system: 'kubernetes', cluster: 'local', apiVersion: 'v1', kind: 'Namespace', name: NAME }],
    blockers: [
      {
        kind: 'ConfigMap',
        count: 1,
        finalizers: ['example.com/hold'],
        names: ['stuck'],
        look: `kubectl -n ${NAME} get configmaps`,
      },
    ],
  },
});

const quota = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'naas-quota', namespace: NAME },
  spec: { hard: { 'limits.cpu': '8' } },
};
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAME } };
const limits = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'naas-limits', namespace: NAME } };
const binding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'naas-developers', namespace: NAME },
};

const packed = (objects: unknown[]): string => gzipSync(JSON.stringify(objects)).toString('base64');

export const planAnswer: PlanAnswer = {
  kind: 'request',
  planDigest: '1a2b3c4d'.repeat(8),
  changeDigest: '9f8e7d6c'.repeat(8),
  incarnation: 'k3v9',
  changes: [
    { verb: 'keep', ref: entry('claim', 'Namespace', NAME), fields: [] },
    { verb: 'create', ref: entry('guardrails', 'LimitRange', 'naas-limits'), fields: [] },
    { verb: 'change', ref: entry('guardrails', 'ResourceQuota', 'naas-quota'), fields: ['spec.hard["limits.cpu"]'] },
    { verb: 'conflict', ref: entry('access', 'RoleBinding', 'naas-developers'), fields: ['roleRef.name'] },
  ],
  stages: {
    claim: packed([namespace]),
    guardrails: packed([limits, quota]),
    equipment: packed([]),
    access: packed([binding]),
  },
};

export async function* statuses(...list: Status[]): AsyncGenerator<Status> {
  yield* list;
}

/** More CPU, one binding that is new, one that goes, the rest stays. */
export const DIFFERENCE: Change[] = [
  { verb: 'keep', ref: entry('claim', 'Namespace', NAME), fields: [] },
  { verb: 'keep', ref: entry('guardrails', 'LimitRange', 'naas-limits'), fields: [] },
  {
    verb: 'change',
    ref: entry('guardrails', 'ResourceQuota', 'naas-quota'),
    fields: ['spec.hard["limits.cpu"]', 'spec.hard["pods"]'],
    values: { 'spec.hard["limits.cpu"]': { from: '"4"', to: '"8"' }, 'spec.hard["pods"]': { to: '"9"' } },
  },
  { verb: 'create', ref: entry('access', 'RoleBinding', 'naas-developers'), fields: [] },
  { verb: 'remove', ref: entry('access', 'RoleBinding', 'naas-viewers'), fields: [] },
];

export const WANTED_DIGEST = '5e6f7a8b'.repeat(8);

export const operation: OperationStatus = {
  kind: 'change',
  step: 'awaiting-approval',
  requestId: 'r-2',
  requester: 'ada@example.com',
  reason: 'a load test on Friday',
  since: '2026-03-01T11:59:30.000Z',
  planDigest: WANTED_DIGEST,
  changeDigest: '0a1b2c3d'.repeat(8),
  changes: DIFFERENCE,
  approval: { slots: [LEAD_SLOT], lapsesAt: '2026-03-08T11:59:30.000Z' },
};

/** Ready, with a change beside it. */
export function operating(changes: Partial<OperationStatus> = {}): Status {
  return { ...ready, step: 'changing', operation: { ...operation, ...changes } };
}

export function operated(outcome: OperationOutcome['outcome'], changes: Partial<OperationOutcome> = {}): Status {
  const at = '2026-03-01T11:59:40.000Z';
  const { kind, requestId, planDigest } = operation;
  return { ...ready, lastOperation: { kind, requestId, planDigest, outcome, problems: [], at, ...changes } };
}

export const changeAnswer: ChangeAnswer = {
  name: NAME,
  requestId: 'r-2',
  phase: 'ready',
  operation: { kind: 'change', step: 'awaiting-approval' },
  planDigest: WANTED_DIGEST,
  changeDigest: operation.changeDigest,
  changes: DIFFERENCE,
  awaits: [LEAD_SLOT],
};

/** What `client.plan` answers while the operation waits. */
export const operationPlan: PlanAnswer = {
  ...planAnswer,
  kind: 'change',
  planDigest: WANTED_DIGEST,
  changeDigest: operation.changeDigest,
  changes: DIFFERENCE,
  stages: {
    ...planAnswer.stages,
    access: packed([
      {
        ...binding,
        roleRef: { kind: 'ClusterRole', name: 'tenant-developer' },
        subjects: [{ kind: 'Group', name: 'shop-developers' }],
      },
    ]),
  },
};
