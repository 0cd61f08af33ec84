// What a run waits for while its hostnames come to answer or stop: the last failure of the activity that is tried again, which
// Temporal alone keeps. Pure.
import type { Status, Waiting } from '../spec/status.ts';

/** The few fields of Temporal's answer that are read; proto messages leave out what is not there as null. */
interface PendingActivity {
  activityType?: { name?: string | null } | null;
  attempt?: number | null;
  lastStartedTime?: { seconds?: { toString(): string } | number | null } | null;
  lastFailure?: { message?: string | null } | null;
}

/** Of a describe alone; the fake of src/testing has none. */
export interface Pending {
  raw?: { pendingActivities?: PendingActivity[] | null };
}

/** Activities that look again and again until somebody else has done his part, and who that is. */
const WAITS: Record<string, (name: string) => string> = {
  ensureRoute: (name) =>
    `nothing, the gateway's controllers do this; \`kubectl -n ${name} get listenersets,httproutes,certificates\` shows what they say; \`naas cancel ${name}\` undoes it`,
  publishRecord: (name) => `nothing, it is tried again by itself; \`naas cancel ${name}\` undoes it`,
  awaitAnswers: (name) =>
    `nothing, the zone's name servers follow by themselves; \`naas doctor\` asks them; \`naas cancel ${name}\` undoes it`,
  withdrawRecord: () => 'nothing, it is tried again by itself, and told as blocked if that does not help',
};

/** Adds nothing where the run itself says what it waits for, or where every activity is in its first attempt. */
export function withPending(status: Status, { raw }: Pending): Status {
  if (status.waitsFor !== undefined || (status.phase !== 'provisioning' && status.phase !== 'deleting')) return status;
  const waits = (raw?.pendingActivities ?? []).flatMap((each) => waitOf(status, each) ?? []);
  const [first] = waits;
  if (first === undefined) return status;
  const since = waits.map((wait) => wait.since).sort()[0] ?? first.since;
  return { ...status, waitsFor: { ...first, what: [...new Set(waits.map(({ what }) => what))].join('; '), since } };
}

function waitOf(status: Status, { activityType, attempt, lastStartedTime, lastFailure }: PendingActivity) {
  const type = activityType?.name ?? '';
  const message = lastFailure?.message ?? '';
  const todo = Object.hasOwn(WAITS, type) ? WAITS[type]?.(status.name) : undefined;
  if (todo === undefined || message === '') return undefined;
  // Of the newest attempt: when the first one began Temporal has forgotten.
  const seconds = Number(lastStartedTime?.seconds ?? 0);
  const since = seconds === 0 ? status.requestedAt : new Date(seconds * 1000).toISOString();
  const counted = message.includes('(attempt ') ? message : `${message} (attempt ${attempt ?? 1})`;
  return { what: counted, since, todo } satisfies Waiting;
}
