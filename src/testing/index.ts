// A fake of naas for the tests of those who call it: the real client, the real workflows and the real activities, on a Temporal
// and a cluster in memory. It opens nothing and starts nothing; a test says when things succeed and when they fail.
import { fileURLToPath } from 'node:url';
import * as sdk from '@temporalio/client';
import { createActivities } from '../activities/index.ts';
import { nameServersOf } from '../activities/name-servers.ts';
import type { NaasClient } from '../client/api.ts';
import { clientOver } from '../client/index.ts';
import { readCatalog } from '../config.ts';
import type { KubernetesObject } from '../plan/plan.ts';
import { senderProofs } from '../providers/proofs/senders.ts';
import { NaasError, type Problem } from '../spec/errors.ts';
import { isEnd, type Phase } from '../spec/lifecycle.ts';
import type { SlotStatus, Status } from '../spec/status.ts';
import * as workflows from '../workflows/index.ts';
import { activityRunner } from './activity-runner.ts';
import { MemoryCluster } from './memory-cluster.ts';
import { MemoryTemporal } from './memory-temporal.ts';
import { type Course, Steering } from './steering.ts';
import { quiet } from './workflow-instance.ts';

export interface FakePerson {
  subject: string;
  groups: string[];
}

export interface FakeNaasOptions {
  /** The catalog's folder: teams, tiers, who approves what. Default: the one that naas ships. */
  catalogDir?: string;
  /** What requests call the cluster; default `local`. */
  cluster?: string;
  /** True: what is approved becomes ready, and what is deleted is gone, without being told. */
  atOnce?: boolean;
}

export interface FakeNaas {
  /** Speaks as this person, without a signature; the same methods and the same answers as the real client's. */
  as(person: FakePerson): NaasClient;
  /** Every open seat is taken by somebody who may, until nothing waits for a decision. */
  approve(name: string): Promise<Status>;
  /** What is being made or changed succeeds. Throws when that does not make it ready. */
  ready(name: string): Promise<Status>;
  /** A deletion under way succeeds, a blocked one too. Throws when there is none. */
  deleted(name: string): Promise<Status>;
  /** What is under way fails for good: it is undone, and a deletion is blocked. */
  fail(name: string, problem?: Problem): Promise<Status>;
  /** What stands in the cluster for a namespace now. */
  objects(name: string): KubernetesObject[];
}

export function createFakeNaas(options: FakeNaasOptions = {}): FakeNaas {
  return new Fake(options);
}

const SHIPPED_CATALOG = fileURLToPath(new URL('../../catalog', import.meta.url));
const NOBODY: FakePerson = { subject: 'nobody@fake.example', groups: [] };
const FAILURE: Problem = { code: 'Forbidden', message: 'the cluster refused it, because the test said so' };

class Fake implements FakeNaas {
  readonly #steering: Steering;
  readonly #cluster: MemoryCluster;
  readonly #temporal: ReturnType<MemoryTemporal['asServer']>;
  readonly #watcher: NaasClient;
  readonly #operator: NaasClient;

  constructor({ catalogDir = SHIPPED_CATALOG, cluster = 'local', atOnce = false }: FakeNaasOptions) {
    const catalog = readCatalog(catalogDir);
    this.#steering = new Steering(atOnce ? 'going' : 'held');
    this.#cluster = new MemoryCluster(cluster, async (name, { signal }) => {
      // An undo goes its way by itself, as it does in life.
      if (!isUndoing(await this.#watcher.status(name))) await this.#steering.pass(name, signal);
    });
    const activities = createActivities({
      cluster: this.#cluster,
      catalog,
      proofs: senderProofs('temporal', undefined),
      runs: { open: async () => new Map(), newest: async () => undefined },
      zoneOf: refuseZone,
      nameServers: nameServersOf(refuseZone),
      answers: { serversOf: noDns, fromServers: async () => [], fromResolvers: async () => [] },
      domainRuns: {
        verified: async () => [],
        unwatched: async () => [],
        status: async () => undefined,
        tick: async () => undefined,
      },
      delegatedZones: { make: noDns, remove: noDns },
      registrar: { offer: noDns, order: noDns },
      domainKey: noDns,
    });
    this.#temporal = new MemoryTemporal(sdk, workflows, activityRunner(activities)).asServer();
    this.#watcher = this.as(NOBODY);
    const { users, groups } = catalog.policy.operators;
    this.#operator = this.as({ subject: users[0] ?? 'operator@fake.example', groups });
  }

  as({ subject, groups }: FakePerson): NaasClient {
    return clientOver({ prove: async () => ({ subject, groups: [...groups] }) }, async () => this.#temporal);
  }

  async approve(name: string): Promise<Status> {
    for (;;) {
      const status = await this.#watcher.status(name);
      const asked = status.operation ?? status;
      const waits = status.phase === 'awaiting-approval' || status.operation?.step === 'awaiting-approval';
      const open = asked.approval?.slots.find(({ decidedBy }) => decidedBy === undefined);
      if (!waits || open === undefined) return status;
      await this.as(whoMay(open, asked.requester)).decide(name, { decision: 'approve' });
    }
  }

  async ready(name: string): Promise<Status> {
    return expectPhase(await this.#on(name, 'going'), 'ready');
  }

  async deleted(name: string): Promise<Status> {
    return expectPhase(await this.#on(name, 'going'), 'deleted');
  }

  fail(name: string, problem: Problem = FAILURE): Promise<Status> {
    return this.#on(name, new NaasError(problem));
  }

  objects(name: string): KubernetesObject[] {
    return this.#cluster.standing(name);
  }

  /** Steers until nothing moves any more. */
  async #on(name: string, course: Course): Promise<Status> {
    this.#steering.steer(name, course);
    try {
      const { phase } = await this.#watcher.status(name);
      // It would try again by itself, but much later.
      if (phase === 'blocked') await this.#operator.retry(name);
      return await this.#rest(name);
    } finally {
      this.#steering.release(name);
    }
  }

  async #rest(name: string): Promise<Status> {
    for (;;) {
      for (let round = 0; round < ROUNDS; round += 1) await quiet();
      const status = await this.#watcher.status(name);
      if (!isMoving(status)) return status;
    }
  }
}

/** Enough for what follows from one step to happen; more are made while something moves. */
const ROUNDS = 50;

/** Somebody of a seat's list; a group's members are made up, one a seat. */
function whoMay({ slot, users, groups }: SlotStatus, requester: string): FakePerson {
  const user = users.find((each) => each !== requester);
  if (user !== undefined) return { subject: user, groups: [] };
  return { subject: `${slot}@fake.example`, groups: groups.slice(0, 1) };
}

function isUndoing({ step, operation, blocked }: Status): boolean {
  return step === 'undoing' || operation?.step === 'undoing' || blocked?.step === 'undoing';
}

function isMoving({ phase, operation }: Status): boolean {
  if (isEnd(phase) || phase === 'blocked' || phase === 'awaiting-approval') return false;
  return phase !== 'ready' || operation?.step === 'applying' || operation?.step === 'undoing';
}

function expectPhase(status: Status, phase: Phase): Status {
  if (status.phase === phase) return status;
  const problems = [...status.problems, ...(status.blocked?.problems ?? [])].map(({ message }) => message);
  throw new Error([`${status.name} is ${status.phase}, not ${phase}`, ...problems].join('; '));
}

/** The fake knows no DNS: a request for a hostname is refused where it would be looked up. */
function refuseZone(zone: string): never {
  throw new NaasError({ code: 'NotFound', message: `zone ${zone} is not there: this naas is a fake without DNS` });
}

async function noDns(): Promise<never> {
  throw new NaasError({ code: 'NotFound', message: 'this naas is a fake without DNS' });
}
