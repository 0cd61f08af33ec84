// Removal, for teardown and undo alike, driven by the inventory alone: access first, then the namespace with all that is in
// it. What cannot be removed is told and tried again until it can; the order is never broken to get on.
import {
  type InventoryEntry,
  isObject,
  type ObjectEntry,
  type ObjectStage,
  refKey,
  strike,
} from '../spec/inventory.ts';
import { isEnd } from '../spec/lifecycle.ts';
import type { Blocked, Blocker, Step } from '../spec/status.ts';
import { removing } from './activities.ts';
import { block, pauseBlocked, unblock } from './blocked.ts';
import { failureOf } from './failure.ts';
import { isPause, throughPauses } from './pause.ts';
import { releaseHostnames, untilForgotten, untilOthersWithdrew, withdrawRecord } from './reach.ts';
import { admittedOf, enter, isLong, noteEffects, notify, now, type Run, step } from './run.ts';

export async function remove(run: Run): Promise<void> {
  const interrupted = run.state.blocked?.phase ?? run.state.phase;
  return interrupted === 'provisioning' ? undo(run) : teardown(run);
}

export async function teardown(run: Run): Promise<void> {
  if (await removeAll(run)) enter(run, 'deleted', 'removing', 'nothing of it is left');
}

export async function undo(run: Run): Promise<void> {
  if (await removeAll(run)) enter(run, 'failed', 'undoing', 'everything that had been made was undone');
}

interface Failed {
  done: false;
  why: Pick<Blocked, 'problems' | 'objects' | 'blockers'> | 'still-dying';
  retryAfterMs?: number | undefined;
}

type Attempt = { done: true } | Failed;

/** false: the history has grown long meanwhile; the caller carries the run over and comes back. */
async function removeAll(run: Run): Promise<boolean> {
  while (!isLong(run) && !isEnd(run.state.phase)) {
    const result = await throughPauses(run, () => attemptAll(run));
    if (isEnd(run.state.phase)) return false;
    if (result.done) {
      unblock(run);
      return true;
    }
    if (result.why === 'still-dying') continue;
    block(run, result.why);
    await pauseBlocked(run, result.retryAfterMs);
  }
  return false;
}

async function attemptAll(run: Run): Promise<Attempt> {
  for (const part of [revokeAccess, withdrawRecords, removeRoute, awaitOthers, deleteNamespace, releaseNames]) {
    // Abandoned while naas was paused, or while caches were forgetting: the caller sees it as well.
    if (isEnd(run.state.phase)) return { done: false, why: 'still-dying' };
    const attempt = await part(run);
    if (!attempt.done) return attempt;
  }
  return { done: true };
}

async function revokeAccess(run: Run): Promise<Attempt> {
  const entries = entriesOf(run, 'access');
  if (entries.length === 0) return { done: true };
  enterPart(run, 'revoking');
  const { incarnation, timing, spec } = admittedOf(run);
  const { revokeAccess } = removing(timing, `Access off: remove ${entries.length} role bindings of ${spec.name}`);
  return attemptRemoval(run, async () => {
    const { effects } = await revokeAccess({ entries, incarnation });
    strikeOff(run, effects);
    return { done: true };
  });
}

/** Before the route: a name that answers has to lead somewhere of its owner's for as long as anybody may know it. */
async function withdrawRecords(run: Run): Promise<Attempt> {
  const entries = run.state.inventory.filter((entry) => entry.system === 'dns');
  tellTeam(run);
  if (entries.length > 0) enterPart(run, 'withdrawing');
  const attempts = await Promise.allSettled(
    entries.map((entry) => attemptRemoval(run, () => withdrawRecord(run, entry).then(() => ({ done: true })))),
  );
  for (const attempt of attempts) if (attempt.status === 'rejected') throw attempt.reason;
  const failed = attempts.flatMap((each) => (each.status === 'fulfilled' && !each.value.done ? [each.value] : []));
  if (failed.length > 0) return together(failed);
  await untilForgotten(run);
  return { done: true };
}

/** What it entered at its own DNS it takes away itself. Nobody else gets the name, which only the holder of the domain can have. */
function tellTeam(run: Run): void {
  const { entered = [] } = run.state;
  if (entered.length === 0) return;
  const records = entered.map(({ type, name }) => `${type} ${name}`).join(', ');
  notify(run, `team ${admittedOf(run).spec.team}`, `take these records of yours away: ${records}`);
  run.state.entered = [];
}

function together(failed: readonly Failed[]): Failed {
  const whys = failed.flatMap(({ why }) => (why === 'still-dying' ? [] : [why]));
  return {
    done: false,
    why: {
      problems: whys.flatMap(({ problems }) => problems),
      objects: whys.flatMap(({ objects }) => objects),
      blockers: [],
    },
    retryAfterMs: Math.max(0, ...failed.map(({ retryAfterMs = 0 }) => retryAfterMs)),
  };
}

async function removeRoute(run: Run): Promise<Attempt> {
  const entries = entriesOf(run, 'route');
  if (entries.length === 0) return { done: true };
  enterPart(run, 'unrouting');
  const { incarnation, timing, spec } = admittedOf(run);
  const { removeRoute } = removing(timing, `Route off: remove ${entries.length} objects of ${spec.name}`);
  return attemptRemoval(run, async () => {
    const { effects } = await removeRoute({ entries, incarnation });
    strikeOff(run, effects);
    return { done: true };
  });
}

/** Where others publish from the routes: they have to have noticed that those are gone. */
async function awaitOthers(run: Run): Promise<Attempt> {
  return attemptRemoval(run, async () => {
    await untilOthersWithdrew(run);
    return { done: true };
  });
}

/** Last of all: until here nobody else may have them. */
async function releaseNames(run: Run): Promise<Attempt> {
  const entries = run.state.inventory.filter((entry) => entry.system === 'hostnames');
  if (entries.length === 0) return { done: true };
  enterPart(run, 'releasing');
  return attemptRemoval(run, async () => {
    await releaseHostnames(run, entries);
    return { done: true };
  });
}

/** An undo, or what goes on after a blocker, says so itself. */
function enterPart(run: Run, part: Step): void {
  if (run.state.blocked === null && run.state.phase === 'deleting') step(run, part);
}

async function deleteNamespace(run: Run): Promise<Attempt> {
  const entries = entriesOf(run, 'claim');
  if (entries.length === 0) return { done: true };
  enterPart(run, 'removing');
  const { incarnation, timing, spec } = admittedOf(run);
  const { deleteNamespace } = removing(timing, `Delete namespace ${spec.name} by UID and wait until it is gone`);
  return attemptRemoval(
    run,
    async () => {
      const { effects, gone, stuck, remaining, retryAfterMs } = await deleteNamespace({ entries, incarnation });
      if (!gone && (stuck || isOverdue(run))) return { ...keptBy(entries, remaining), retryAfterMs };
      if (!gone) return dies(run, remaining);
      strikeOff(run, effects);
      delete run.state.dying;
      // The API server took what was inside with the namespace.
      run.state.inventory = run.state.inventory.filter((entry) => !isObject(entry));
      return { done: true };
    },
    () => suspectAccess(run),
  );
}

/**
 * While the DELETE itself fails the namespace still takes objects: a role binding that a stopped worker sent long ago may
 * have come after the revocation. So access is looked for, and taken, again before each further try.
 */
function suspectAccess({ state }: Run): void {
  const { access } = state.admission?.refs ?? { access: [] };
  const listed = new Set([...state.inventory, ...state.leftBehind.map(({ ref }) => ref)].map(refKey));
  const missing = access.filter((ref) => !listed.has(refKey(ref)));
  state.inventory.push(...missing.map((ref): InventoryEntry => ({ ...ref, stage: 'access', state: 'intended' })));
}

async function attemptRemoval(run: Run, attempt: () => Promise<Attempt>, whenFailed?: () => void): Promise<Attempt> {
  try {
    return await attempt();
  } catch (error) {
    const { problems, objects, effects, retryAfterMs } = failureOf(error);
    strikeOff(run, effects);
    whenFailed?.();
    if (isPause(error)) throw error;
    return { done: false, why: { problems, objects, blockers: [] }, retryAfterMs };
  }
}

/** It goes its ordinary way, and takes the time that its pods were given. */
function dies(run: Run, remaining: Blocker[]): Attempt {
  unblock(run);
  run.state.dying = { since: run.state.dying?.since ?? now(), remaining };
  step(run, run.state.step);
  return { done: false, why: 'still-dying' };
}

/** Longer than any grace that a pod should have: then a person had better look, whatever keeps it. */
const OVERDUE_MS = 10 * 60_000;

function isOverdue({ state }: Run): boolean {
  return state.dying !== undefined && Date.now() - Date.parse(state.dying.since) > OVERDUE_MS;
}

function keptBy(entries: InventoryEntry[], blockers: Blocker[]): Failed {
  const names = entries.map((entry) => entry.name).join(', ');
  const kept = blockers.map((blocker) => blocker.kind).join(', ') || 'something that the API server does not name';
  const message = `namespace ${names} does not die: ${kept} keeps it; naas strips no finalizer`;
  return { done: false, why: { problems: [{ code: 'Blocked', message }], objects: [], blockers } };
}

function entriesOf(run: Run, stage: ObjectStage): ObjectEntry[] {
  // Newest first: what came last leaves first.
  return run.state.inventory
    .filter(isObject)
    .filter((entry) => entry.stage === stage)
    .reverse();
}

function strikeOff(run: Run, effects: Parameters<typeof strike>[1]): void {
  run.state.inventory = strike(run.state.inventory, effects);
  const known = new Set(run.state.leftAlone.map(refKey));
  const skipped = effects.filter(({ outcome, ref }) => outcome === 'skipped' && !known.has(refKey(ref)));
  run.state.leftAlone.push(...skipped.map(({ ref }) => ref));
  noteEffects(run, effects);
}
