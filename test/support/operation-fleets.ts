// Namespaces on which an adoption, a transfer or a recovery begins, again and again: each fleet knows how to bring them to
// where the operation starts, how it is begun and decided, and how it ended. It asserts nothing.
import type { NaasClient } from '../../src/client/api.ts';
import type { Problem } from '../../src/spec/errors.ts';
import type { InventoryEntry } from '../../src/spec/inventory.ts';
import { ANNOTATION, LABEL, workflowId } from '../../src/spec/names.ts';
import type { Blocked } from '../../src/spec/status.ts';
import { kubectl } from './cluster-snapshot.ts';
import { sharedPlatform } from './platform.ts';
import { withTemporal } from './runs.ts';
import { PEOPLE, type Stand } from './scenario.ts';
import { applyForeign } from './scenario-foreign.ts';
import { DEV } from './scenario-requests.ts';

export type OperationName = 'adopt' | 'transfer' | 'recover';

export interface OperationEnd {
  outcome: 'applied' | 'undone' | 'cancelled' | 'blocked';
  problems: Problem[];
  inventory: InventoryEntry[];
  blocked?: Blocked | undefined;
}

export interface OperationFleet {
  kind: OperationName;
  /** So many namespaces, each in the state before the operation. */
  take(count: number): Promise<string[]>;
  /** Sends the operation and lets people decide it. */
  begin(name: string): Promise<void>;
  ended(name: string): Promise<OperationEnd>;
  /** Until its undo cannot go on. */
  blocked(name: string): Promise<OperationEnd>;
  /** Takes everything away again. */
  end(): Promise<void>;
}

/** A fleet on a busy machine answers late; how quickly it answers is no proof's business. */
const PATIENCE_MS = 60_000;

export interface People {
  owner: NaasClient;
  lead: NaasClient;
  platform: NaasClient;
  operator: NaasClient;
  close(): Promise<void>;
}

export function patientPeople(stand: Stand): People {
  const of = (who: keyof typeof PEOPLE): NaasClient => stand.clientOf(PEOPLE[who], PATIENCE_MS);
  const all = { owner: of('owner'), lead: of('lead'), platform: of('platform'), operator: of('operator') };
  return {
    ...all,
    close: async () => {
      await Promise.all(Object.values(all).map((client) => client.close()));
    },
  };
}

/** Something of everything that a request can ask for, so that every kind is written. */
const FULL_OVERRIDES = {
  ...DEV,
  labels: { 'example.com/asked': 'a' },
  network: {
    egressTo: [{ cidr: '203.0.113.0/24', ports: [{ protocol: 'TCP', port: 443 }] }],
    sharedServices: ['registry'],
  },
};

const nameOf = (prefix: string, number: number): string => `${prefix}-${String(number).padStart(2, '0')}`;

/** What was undone serves again; instead of what was applied a new one is made. */
class Pool {
  readonly all: string[] = [];
  readonly #free = new Set<string>();
  readonly #prefix: string;
  constructor(prefix: string) {
    this.#prefix = prefix;
  }
  /** Answers which of them have still to be made. */
  take(count: number): { names: string[]; made: string[] } {
    const again = [...this.#free].slice(0, count);
    for (const name of again) this.#free.delete(name);
    const made = Array.from({ length: count - again.length }, (_, index) =>
      nameOf(this.#prefix, this.all.length + index + 1),
    );
    this.all.push(...made);
    return { names: [...again, ...made], made };
  }
  back(name: string): void {
    this.#free.add(name);
  }
}

/** What an administrator and its people have grown: some objects have the names that naas would give them. */
function grownObjects(namespace: string): object[] {
  const meta = (name: string) => ({
    name,
    namespace,
    labels: { 'example.com/grown': 'yes' },
    annotations: { 'example.com/grown': 'yes' },
  });
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'somebody@example.com' }];
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: { 'example.com/grown': 'yes', 'pod-security.kubernetes.io/enforce': 'privileged' },
        annotations: { 'example.com/grown': 'yes' },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: meta('naas-information'),
      data: { team: 'nobody', theirs: 'kept' },
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('theirs'), data: { of: 'theirs' } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('naas-app') },
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: meta('naas-quota'),
      spec: { hard: { pods: '3', secrets: '9' } },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: meta('naas-default-deny'),
      spec: { podSelector: { matchLabels: { app: 'theirs' } }, policyTypes: ['Ingress'] },
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: meta('theirs'),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects,
    },
  ];
}

export function adoptFleet(stand: Stand, people: People, prefix: string): OperationFleet {
  const pool = new Pool(prefix);
  const adopted = new Set<string>();
  let requests = 0;
  const requestIds = new Map<string, string>();
  const words = (...args: string[]): Promise<string> => kubectl(stand.kube, ...args);
  const fleet: OperationFleet = {
    kind: 'adopt',
    async take(count) {
      const { names, made } = pool.take(count);
      if (made.length > 0) await applyForeign(stand.kube, made.flatMap(grownObjects));
      requests += 1;
      for (const name of names) requestIds.set(name, `adopt-${requests}`);
      // One call for all: each request id allows one request, and each is of its own namespace.
      await words('annotate', '--overwrite', 'namespace', ...names, `${ANNOTATION.adoptAllow}=adopt-${requests}`);
      return names;
    },
    async begin(name) {
      await people.owner.adopt(stand.request(name, FULL_OVERRIDES), { requestId: requestIds.get(name) ?? '' });
      await people.operator.decide(name, { decision: 'approve' });
    },
    async ended(name) {
      const end = await endOfTakeover(stand, name);
      if (end.outcome === 'applied') adopted.add(name);
      else pool.back(name);
      return end;
    },
    blocked: (name) => blockedOf(stand, name),
    async end() {
      // What is naas's goes with the file of tests; of the others nobody but this fleet knows.
      const others = pool.all.filter((name) => !adopted.has(name));
      if (others.length > 0) await words('delete', 'namespace', '--ignore-not-found', ...others);
    },
  };
  return fleet;
}

async function blockedOf(stand: Stand, name: string): Promise<OperationEnd> {
  const [status] = await stand.untilAll([name], ['blocked']);
  const { problems = [], inventory = [], blocked } = status ?? {};
  return { outcome: 'blocked', problems, inventory, blocked };
}

async function endOfTakeover(stand: Stand, name: string): Promise<OperationEnd> {
  const [status] = await stand.untilAll([name], ['ready', 'failed']);
  const { phase, problems = [], inventory = [] } = status ?? {};
  if (phase === 'ready') return { outcome: 'applied', problems, inventory };
  const wasCancelled = problems.some(({ code }) => code === 'Cancelled');
  return { outcome: wasCancelled ? 'cancelled' : 'undone', problems, inventory };
}

async function submitAll(stand: Stand, { owner }: People, names: readonly string[]): Promise<void> {
  await Promise.all(
    names.map((name) => owner.submit(stand.request(name, FULL_OVERRIDES), { requestId: `${name}-made` })),
  );
  await stand.untilAll(names, ['ready']);
}

export function transferFleet(stand: Stand, people: People, prefix: string): OperationFleet {
  const pool = new Pool(prefix);
  return {
    kind: 'transfer',
    async take(count) {
      const { names, made } = pool.take(count);
      await submitAll(stand, people, made);
      return names;
    },
    async begin(name) {
      await people.operator.transfer(name, 'platform', { reason: 'they run it' });
      await Promise.all([people.lead, people.platform].map((each) => each.decide(name, { decision: 'approve' })));
    },
    async ended(name) {
      const { lastOperation, inventory } = await stand.untilOperation(name);
      const { outcome, problems = [] } = lastOperation ?? {};
      if (outcome !== 'applied' && outcome !== 'undone' && outcome !== 'cancelled')
        throw new Error(`the transfer of ${name} is ${outcome}`);
      // People of the old team lose what they had, and another transfer would not give it back.
      if (outcome !== 'applied') pool.back(name);
      return { outcome, problems, inventory };
    },
    blocked: (name) => blockedOf(stand, name),
    async end() {},
  };
}

/** What anybody with rights may have done behind naas's back: guardrails are altered, of the rest most is gone. */
async function drift(stand: Stand, names: readonly string[]): Promise<void> {
  const label = `${LABEL.team}=drifted`;
  const words = (...args: string[]): Promise<string> => kubectl(stand.kube, ...args);
  await words('label', '--overwrite', 'namespace', ...names, 'example.com/asked=drifted');
  await Promise.all(
    names.map(async (name) => {
      await words('label', '--overwrite', '-n', name, '--all', 'resourcequota,limitrange,networkpolicy', label);
      const gone = ['configmap/naas-information', 'serviceaccount/naas-app', 'networkpolicy/naas-allow-dns'];
      await words('delete', '-n', name, ...gone, 'rolebinding/naas-developers', 'rolebinding/naas-viewers');
    }),
  );
}

export function recoverFleet(stand: Stand, people: People, prefix: string): OperationFleet {
  const pool = new Pool(prefix);
  const whole = new Set<string>();
  const lose = (names: readonly string[]): Promise<unknown> =>
    withTemporal(sharedPlatform().temporalAddress, (client) =>
      Promise.all(names.map((name) => client.workflow.getHandle(workflowId(name)).terminate('lost'))),
    );
  return {
    kind: 'recover',
    async take(count) {
      const { names, made } = pool.take(count);
      await submitAll(stand, people, made);
      if (made.length > 0) {
        await lose(made);
        await drift(stand, made);
      }
      return names;
    },
    async begin(name) {
      await people.operator.recover(name);
    },
    async ended(name) {
      const end = await endOfTakeover(stand, name);
      if (end.outcome === 'applied') whole.add(name);
      else pool.back(name);
      return end;
    },
    blocked: (name) => blockedOf(stand, name),
    async end() {},
  };
}
