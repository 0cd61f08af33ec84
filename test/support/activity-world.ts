// Activities on a cluster in memory: what they call is told, what the cluster answers can be bent, and each runs as an attempt
// with the times that a test gives it. For what real servers show too seldom, or too late.
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { AdmitDependencies } from '../../src/activities/admit-input.ts';
import type { CallOptions } from '../../src/activities/cluster.ts';
import { type Rendered, stamped } from '../../src/activities/stamp.ts';
import type { DelegatedZones } from '../../src/activities/zone.ts';
import { plan } from '../../src/plan/index.ts';
import type { KubernetesObject, Plan } from '../../src/plan/plan.ts';
import { type ObjectEffect, type ObjectRef, refOf } from '../../src/spec/inventory.ts';
import { LABEL } from '../../src/spec/names.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import type { NamespaceSpec } from '../../src/spec/spec.ts';
import { MemoryCluster } from '../../src/testing/memory-cluster.ts';
import { DEV, type RequestOverrides, requestOf } from './scenario-requests.ts';
import { shippedCatalog } from './shipped-catalog.ts';

export const CLUSTER = 'local';
export const NAME = 'acts';
export const OURS = 'abc123';
export const THEIRS = 'fff999';

export const catalog = shippedCatalog();

interface Call {
  verb: ObjectEffect['verb'];
  kind: string;
  name: string;
  /** The object or patch that was sent. */
  sent?: Record<string, unknown>;
  force?: boolean;
  resourceVersion?: string;
}

export class WatchedCluster extends MemoryCluster {
  /** Every write, in the order in which it came. */
  readonly calls: Call[] = [];
  /** Takes the place of a read, a list or a write where it answers something; whatever it throws is the answer. */
  bend: (verb: 'read' | 'list' | ObjectEffect['verb'], kind: string, name: string) => unknown = () => undefined;

  constructor() {
    super(CLUSTER, async () => {});
  }

  override async read(ref: ObjectRef): Promise<KubernetesObject | undefined> {
    const bent = this.bend('read', ref.kind, ref.name);
    return bent === undefined ? super.read(ref) : ((await bent) as KubernetesObject);
  }

  override async list(
    kind: { apiVersion: string; kind: string },
    namespace: string | undefined,
    options: { label?: string },
  ): Promise<KubernetesObject[]> {
    const bent = this.bend('list', kind.kind, '');
    return bent === undefined ? super.list(kind, namespace, options) : ((await bent) as KubernetesObject[]);
  }

  override async create(object: KubernetesObject, options: CallOptions): Promise<ObjectEffect> {
    return this.#told('create', object.kind, object.metadata.name, { sent: object }, () =>
      super.create(object, options),
    );
  }

  override async apply(object: KubernetesObject, options: CallOptions & { force: boolean }): Promise<ObjectEffect> {
    const { force } = options;
    return this.#told('apply', object.kind, object.metadata.name, { sent: object, force }, () =>
      super.apply(object, options),
    );
  }

  override async merge(ref: ObjectRef, patch: Record<string, unknown>, options: CallOptions): Promise<ObjectEffect> {
    return this.#told('merge', ref.kind, ref.name, { sent: patch }, () => super.merge(ref, patch, options));
  }

  override async remove(
    ref: ObjectRef,
    uid: string,
    options: CallOptions & { resourceVersion?: string },
  ): Promise<ObjectEffect> {
    const { resourceVersion } = options;
    const more = resourceVersion === undefined ? {} : { resourceVersion };
    return this.#told('delete', ref.kind, ref.name, more, () => super.remove(ref, uid, options));
  }

  /** Puts objects there as if they had always been. */
  async has(...objects: KubernetesObject[]): Promise<void> {
    for (const object of objects) await super.apply(object, { deadlineMs: Number.POSITIVE_INFINITY });
  }

  #told(
    verb: ObjectEffect['verb'],
    kind: string,
    name: string,
    more: Pick<Call, 'sent' | 'force' | 'resourceVersion'>,
    write: () => Promise<ObjectEffect>,
  ): Promise<ObjectEffect> {
    const bent = this.bend(verb, kind, name);
    this.calls.push({ verb, kind, name, ...more });
    return bent === undefined ? write() : (bent as Promise<ObjectEffect>);
  }
}

type Times = Partial<ConstructorParameters<typeof MockActivityEnvironment>[0]>;

/** As a stage's activity has it; the mock's own times are of 1970. */
export function attemptOf(times: Times = {}): MockActivityEnvironment {
  const now = Date.now();
  return new MockActivityEnvironment(
    {
      startToCloseTimeoutMs: 30_000,
      scheduleToCloseTimeoutMs: 0,
      scheduledTimestampMs: now,
      currentAttemptScheduledTimestampMs: now,
      ...times,
    },
    { logger: new DefaultLogger('ERROR') },
  );
}

export function inActivity<T>(body: () => Promise<T>, times: Times = {}): Promise<T> {
  return attemptOf(times).run(body);
}

/** How the activity failed, as the workflow would see it. */
export async function failureOf(work: Promise<unknown>): Promise<{
  type?: string;
  nonRetryable?: boolean;
  nextRetryDelay?: unknown;
  details: { problems: { code: string; message: string }[]; effects: ObjectEffect[]; objects: ObjectRef[] }[];
}> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) throw new Error('it did not fail');
  return error as Awaited<ReturnType<typeof failureOf>>;
}

export interface Approved extends Rendered {
  spec: NamespaceSpec;
  planned: Plan;
}

/** A request as admission would have it approved. */
export function approved(overrides: Partial<RequestOverrides> = {}, incarnation = OURS): Approved {
  const request = requestOf(NAME, { ...DEV, ...overrides });
  const spec = resolve(parseRequest(request), catalog, { cluster: CLUSTER });
  const planned = plan(spec);
  return {
    spec,
    planned,
    ...stamped(CLUSTER, planned, { incarnation, requestId: 'r-1', planDigest: 'd'.repeat(64), spec }),
  };
}

/** The stamped objects of a plan, by kind and name. */
export function stampedObjects({ planned }: Approved, incarnation = OURS): KubernetesObject[] {
  return planned.resources.map(({ object }) => ({
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, [LABEL.incarnation]: incarnation } },
  }));
}

export function ofKind(objects: readonly KubernetesObject[], kind: string, name = ''): KubernetesObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name.includes(name));
  if (found === undefined) throw new Error(`the plan holds no ${kind} ${name}`);
  return found;
}

export function refTo(object: KubernetesObject): ObjectRef {
  return refOf(CLUSTER, object);
}

/** Where no request names a host. */
/** Where no team hands a zone over. */
export const NO_ZONES: DelegatedZones = { make: async (zone) => noZone(zone), remove: async (zone) => noZone(zone) };

/** What an admission asks of DNS and of the domains' runs, where nothing of either is wanted. */
export const NO_DNS: Pick<AdmitDependencies, 'zoneOf' | 'answers' | 'domainRuns'> = {
  zoneOf: noZone,
  answers: {
    serversOf: async (name) => noZone(name),
    fromServers: async ({ name }) => noZone(name),
    fromResolvers: async ({ name }) => noZone(name),
  },
  domainRuns: {
    verified: async () => [],
    unwatched: async () => [],
    status: async (domain) => noZone(domain),
    tick: async (domain) => noZone(domain),
  },
};

export function noZone(zone: string): never {
  throw new Error(`nobody should ask for zone ${zone}`);
}
