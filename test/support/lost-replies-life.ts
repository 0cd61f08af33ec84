// One case of the matrix of lost replies: a whole life of one namespace with one call site broken, and what about it was not
// as it must be. Many run at once, each under its own name.
import { type ErrorName, isErrorName, NaasError, type Problem } from '../../src/spec/errors.ts';
import type { Phase } from '../../src/spec/lifecycle.ts';
import type { Blocker, Status } from '../../src/spec/status.ts';
import { breakSite, type CallSite, callsOf, callsWithDiscovery } from './call-sites.ts';
import { keysOf, type Snapshot } from './cluster-snapshot.ts';
import type { LoggedCall } from './fault-proxy.ts';
import type { ActiveRule } from './fault-proxy-rules.ts';
import {
  type Case,
  type Expectation,
  expectationOf,
  isFoundDone,
  isNaming,
  type Life,
  outlastsStall,
  placeOf,
  REPLIES,
  TIMES,
} from './lost-replies-matrix.ts';
import { madeTwice, objectsOf } from './planned-objects.ts';
import { DEV, type Stand } from './scenario.ts';
import { HELD_CONFIG_MAP, hold, release } from './scenario-foreign.ts';

export interface Surroundings {
  stand: Stand;
  /** The objects of a ready namespace, with `*` for its name; empty while nobody knows them yet. */
  planned: readonly string[];
  /** A snapshot begun after the call; callers at the same time share one. */
  look(): Promise<Snapshot>;
}

export interface Lived {
  name: string;
  /** What stood there when it was ready, with `*` for its name. */
  objects: string[];
  calls: LoggedCall[];
  violations: string[];
}

const HELD = [HELD_CONFIG_MAP];

/** A blocked deletion looks again after a pause that grows to 30 s. */
const TOLD_WITHIN_MS = 90_000;

export async function live(around: Surroundings, name: string, life: Life, broken?: Case): Promise<Lived> {
  const { proxy } = around.stand;
  const violations: string[] = [];
  const detours = takeDetours(around, name, life);
  const rule = broken && breakSite(proxy, name, broken.site, REPLIES[broken.reply], TIMES[broken.times]);
  const told: Told = {
    around,
    name,
    life,
    violations,
    objects: [],
    ...(broken && rule ? { fault: faultOf(broken, rule) } : {}),
  };
  try {
    await story(told);
    await nothingIsLeft(told);
    if (told.fault !== undefined) checkStrikes(told.fault, violations);
  } catch (error) {
    violations.push(error instanceof Error ? error.message : String(error));
  } finally {
    for (const each of [...detours, ...(rule ? [rule] : [])]) each.lift();
  }
  const calls = broken?.site.path === undefined ? callsOf(proxy, name) : callsWithDiscovery(proxy, name);
  return { name, objects: told.objects, calls, violations };
}

interface PlannedFault {
  case: Case;
  rule: ActiveRule;
  expected: Expectation;
}

interface Told {
  around: Surroundings;
  name: string;
  life: Life;
  violations: string[];
  objects: string[];
  fault?: PlannedFault;
}

function faultOf(broken: Case, rule: ActiveRule): PlannedFault {
  return { case: broken, rule, expected: expectationOf(broken) };
}

/** What makes a life take its turn, besides the fault of the case. */
function takeDetours({ stand }: Surroundings, name: string, life: Life): ActiveRule[] {
  switch (life) {
    case 'whole':
    case 'held':
      return [];
    case 'claimed twice':
      return [
        stand.proxy.add({
          tenant: name,
          verb: 'create',
          resource: 'namespaces',
          fault: { mode: 'reset-after' },
          times: 1,
        }),
      ];
    case 'repeated':
      // The last write of each stage is refused once: the next attempt looks at all that the first one made.
      return ['limitranges', 'configmaps', 'rolebindings'].map((resource) =>
        stand.proxy.add({
          tenant: name,
          verb: 'apply',
          resource,
          fault: { mode: 'fail-before', status: 503 },
          times: 1,
        }),
      );
    case 'undone':
      // Every write of the last stage is lost: the undo has to look for each of them.
      return [stand.proxy.add({ tenant: name, activity: 'grantAccess', fault: { mode: 'fail-after', status: 403 } })];
  }
}

async function story(told: Told): Promise<void> {
  const { around, name, life, fault } = told;
  await submit(told);
  if (life === 'undone') return untilRemoved(told, 'failed');
  const early = fault !== undefined && placeOf(fault.case.site).part !== 'removal' ? fault : undefined;
  if (early?.expected.end === 'refused' || early?.expected.end === 'failed') {
    const status = await untilGivenUp(told, early, early.expected.end);
    return checkProblems(told, status.problems, early);
  }
  if (early?.expected.end === 'waits') await untilHeldUp(told, early);
  const ready = await until(told, 'ready');
  if (ready.problems.length > 0) told.violations.push(`is ready with problems: ${words(ready.problems)}`);
  await everyObjectOnce(told);
  if (life === 'held') await hold(around.stand.kube, name, HELD);
  await around.stand.teardown(name);
  if (life === 'held') await untilReleased(told);
  else await untilRemoved(told, 'deleted');
}

/** The caller's own answer: accepted, refused in words, or "may still run". */
async function submit({ around, name, violations, fault }: Told): Promise<void> {
  try {
    await around.stand.owner.submit(around.stand.request(name, DEV));
  } catch (error) {
    const allowed: ErrorName[] = ['Unknown', ...(fault?.expected.end === 'refused' ? [fault.expected.code] : [])];
    if (!(error instanceof NaasError) || !allowed.includes(error.code))
      violations.push(`submit was answered ${error} instead of ${allowed.join(' or ')}`);
  }
}

/** The undo, too, has to know the kinds: without discovery it is blocked until the fault ends. */
async function untilGivenUp(told: Told, fault: PlannedFault, end: 'refused' | 'failed'): Promise<Status> {
  if (fault.case.site.path === undefined) return until(told, end);
  const [status] = await told.around.stand.untilAll([told.name], [end, 'blocked']);
  if (status?.phase === end) return status;
  checkProblems(told, status?.blocked?.problems ?? [], fault);
  fault.rule.lift();
  return until(told, end);
}

/** Nothing says no, and nothing answers: the request stands and waits. */
async function untilHeldUp(told: Told, { rule }: PlannedFault): Promise<void> {
  while (rule.hits() === 0) await pause(200);
  const status = await until(told, 'requested');
  if (status.step !== 'admitting') told.violations.push(`waits as ${status.phase} (${status.step})`);
  rule.lift();
}

async function untilRemoved(told: Told, end: 'failed' | 'deleted'): Promise<void> {
  const { fault, around, name } = told;
  if (fault?.expected.end !== 'blocked') {
    await until(told, end);
    return;
  }
  if (fault.case.times === 'for ever' && !isLookAtTheEnd(fault.case.site)) {
    const status = await until(told, 'blocked');
    checkProblems(told, status.blocked?.problems ?? [], fault);
    fault.rule.lift();
  }
  await until(told, end);
  // On a slow machine it is gone before the last try.
  if (isLookAtTheEnd(fault.case.site) && fault.rule.hits() < TRIES_OF_A_REMOVAL) return;
  const history = await around.stand.owner.history(name);
  if (!history.some((entry) => entry.kind === 'phase' && entry.text.startsWith('blocked')))
    told.violations.push('was never blocked');
}

const TRIES_OF_A_REMOVAL = 4;

/** While nobody can see it the namespace dies all the same, and the next DELETE finds nothing. */
function isLookAtTheEnd({ activity, verb, name }: CallSite): boolean {
  return activity === 'deleteNamespace' && verb === 'read' && name === '*';
}

/** A foreign finalizer keeps the namespace: it is blocked by the fault first, then by the finalizer, until that is gone. */
async function untilReleased(told: Told): Promise<void> {
  const { fault, around, name } = told;
  if (fault?.expected.end === 'blocked' && fault.case.times === 'for ever') {
    const status = await until(told, 'blocked');
    checkProblems(told, status.blocked?.problems ?? [], fault);
    fault.rule.lift();
  }
  if (fault !== undefined && isNaming(fault.case.site)) await untilTold(told, ({ count = 0 }) => count > 0);
  if (fault?.case.times === 'for ever') fault.rule.lift();
  // Until it is looked at again.
  await untilTold(told, ({ names = [] }) => names.includes(HELD_CONFIG_MAP.name));
  await release(around.stand.kube, name, HELD);
  await until(told, 'deleted');
}

async function untilTold(told: Told, isTold: (blocker: Blocker) => boolean): Promise<void> {
  const endMs = Date.now() + TOLD_WITHIN_MS;
  for (;;) {
    const { blocked } = await until(told, 'blocked');
    if (blocked?.blockers.some(isTold)) return;
    if (Date.now() > endMs) throw new Error(`blocked, but tells only ${JSON.stringify(blocked?.blockers)}`);
    await pause(500);
  }
}

async function until({ around, name }: Told, phase: Phase): Promise<Status> {
  const [status] = await around.stand.untilAll([name], [phase]);
  if (status === undefined) throw new Error(`${name} has no status`);
  return status;
}

/** By the table of errors, and naming what it was about. */
function checkProblems(
  { name, violations }: Told,
  problems: readonly Problem[],
  { case: { site }, expected }: PlannedFault,
): void {
  const said = words(problems);
  if (problems.length === 0 || problems.some(({ code }) => !isErrorName(code)))
    violations.push(`is told untyped: ${said}`);
  if (!problems.some(({ code }) => code === expected.code))
    violations.push(`is told ${said} instead of ${expected.code}`);
  const object = objectOf(site).replaceAll('*', name);
  if (!said.toLowerCase().includes(object)) violations.push(`does not name ${object}: ${said}`);
}

/** What a message has to name: the object; of a list the namespace, of discovery the version. */
function objectOf({ name, path }: CallSite): string {
  return path?.replace(/^\/apis?\//, '') ?? (name === '' ? '*' : name);
}

function words(problems: readonly Problem[]): string {
  return problems.map(({ code, message }) => `${code}: ${message}`).join('; ') || 'nothing';
}

/** Exactly the planned objects stand there, and the API server made each of them once. */
async function everyObjectOnce(told: Told): Promise<void> {
  const { around, name, violations } = told;
  told.objects = objectsOf(await around.look(), name);
  if (around.planned.length > 0) {
    for (const key of around.planned) if (!told.objects.includes(key)) violations.push(`ready without ${key}`);
    for (const key of told.objects) if (!around.planned.includes(key)) violations.push(`ready with ${key} besides`);
  }
  for (const object of madeTwice(callsOf(around.stand.proxy, name))) violations.push(`${object} was made twice`);
}

async function nothingIsLeft({ around, name, violations }: Told): Promise<void> {
  const left = keysOf(await around.look(), name);
  if (left.length > 0) violations.push(`at its end there is still ${left.join(', ')}`);
}

/** The fault was met, as often as it was to be, and what cannot get better was not tried again. */
function checkStrikes({ case: { site, reply, times }, rule, expected }: PlannedFault, violations: string[]): void {
  const hits = rule.hits();
  const wanted = wantedStrikes(site, reply, times, expected);
  if (hits === 0 || (wanted !== undefined && hits !== wanted))
    violations.push(`the fault was met ${hits} times instead of ${wanted ?? 'at least once'}`);
}

/** undefined: at least one. */
function wantedStrikes(
  site: CallSite,
  reply: Case['reply'],
  times: Case['times'],
  { end, code }: Expectation,
): number | undefined {
  if (isFoundDone({ site, reply })) return 1;
  // An undo asks for the kinds once more, where it needs them.
  if (site.path !== undefined) return undefined;
  if (end === 'refused' || (end === 'failed' && REFUSALS.has(code))) return 1;
  // A call that is answered in the end need not be made again, nor one about a namespace that is gone by then.
  const slow = reply === '30 s stall' && outlastsStall(site);
  return times === 'for ever' || slow || isLookAtTheEnd(site) ? undefined : TIMES[times];
}

/** What no repetition mends. */
const REFUSALS: ReadonlySet<ErrorName> = new Set(['Invalid', 'NotOurs']);

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
