// How hostnames come to answer, and stop: claimed first, routed, published when the route is in force; on the way back in the
// opposite order, with the time between that caches need to forget.
import { condition, workflowInfo } from '@temporalio/workflow';
import type { ClaimHostnamesInput } from '../activities/hostnames.ts';
import type { Admitted } from '../spec/admission.ts';
import {
  bareRef,
  type HostnameEntry,
  type HostnameRef,
  hostnameRef,
  type InventoryEntry,
  type RecordEntry,
  recordRef,
  refKey,
} from '../spec/inventory.ts';
import { isEnd } from '../spec/lifecycle.ts';
import { DELEGATED_ZONES, zoneQueue } from '../spec/names.ts';
import { publishedRecords } from '../spec/published-records.ts';
import type { RecordSet } from '../spec/record-set.ts';
import { answering, claiming, entering, publishing, routing, silencing, withdrawing } from './activities.ts';
import { throughPauses } from './pause.ts';
import { recorded } from './recorded.ts';
import { admittedOf, now, type Run, step } from './run.ts';
import { knownUntil } from './state.ts';
import { together } from './together.ts';

/** To be claimed with the namespace; undefined: it is reached from inside alone. */
export function intendHostnames(run: Run): ClaimHostnamesInput | undefined {
  const { reach, spec, incarnation } = admittedOf(run);
  if (reach === undefined) return undefined;
  const hostnames = reach.hostnames.map((each) => hostnameRef(spec.cluster, each));
  run.state.inventory.push(...hostnames.map((ref): HostnameEntry => ({ ...ref, stage: 'claim', state: 'intended' })));
  return { hostnames, owner: { namespace: spec.name, team: spec.team, incarnation } };
}

/** Ends when the controllers say that the hostnames are routed; what their addresses are is the answer. */
export async function route(run: Run): Promise<void> {
  const admission = admittedOf(run);
  const { reach, stages, refs, timing } = admission;
  if (reach === undefined || stages.route === undefined || refs.route === undefined) return;
  run.state.inventory.push(...refs.route.map((ref): InventoryEntry => ({ ...ref, stage: 'route', state: 'intended' })));
  const { ensureRoute } = routing(timing, `Route: ${listedNames(reach.hostnames)}; wait until the gateway has them`);
  const input = { stage: stages.route, gateway: reach.gateway };
  const { addresses } = await throughPauses(run, () => recorded(run, () => ensureRoute(input)));
  run.state.published = publishedRecords(reach.records, addresses);
  run.state.awaited = publishedRecords(reach.awaited, addresses);
  const entered = publishedRecords(reach.entered ?? [], addresses);
  if (entered.length > 0) run.state.entered = entered;
}

/** Written once, then waited for where it is not answered at once: done means that every name server of the zone says it. */
export async function publishRecords(run: Run): Promise<void> {
  const admission = admittedOf(run);
  const { published = [], awaited = [] } = run.state;
  const { cluster } = admission.spec;
  if (admission.reach === undefined) return;
  run.state.inventory.push(
    ...published.map((record): RecordEntry => ({ ...recordRef(cluster, record), stage: 'publish', state: 'intended' })),
  );
  const open = [...awaited];
  await together(
    published.map((record) => async () => {
      if (!(await publishRecord(run, admission, record))) open.push(record);
    }),
  );
  await untilAnswered(open);
  await untilEntered(run, run.state.entered ?? []);
}

async function untilAnswered(records: RecordSet[]): Promise<void> {
  if (records.length === 0) return;
  const { awaitAnswers } = answering(`Publish: wait until the name servers answer for ${listedNames(records)}`);
  await awaitAnswers({ records });
}

/** A person enters them, who may be away for some days; nobody has access before. */
const ENTERED_WITHIN_MS = 7 * 24 * 60 * 60_000;

/** Until the servers of the team's own domain say what the team was asked to enter there. */
export async function untilEntered(run: Run, records: readonly RecordSet[]): Promise<void> {
  if (records.length === 0) return;
  const { state } = run;
  state.entering = { since: now(), until: new Date(Date.now() + ENTERED_WITHIN_MS).toISOString() };
  step(run, state.step);
  const { awaitEntered } = entering(
    ENTERED_WITHIN_MS,
    `Publish: wait until ${listedNames(records)} is entered by its team`,
  );
  try {
    await awaitEntered({ records: [...records] });
  } finally {
    delete state.entering;
  }
}

/** Whether every name server says it already. */
async function publishRecord(run: Run, admission: Admitted, record: RecordSet): Promise<boolean> {
  const { reach, spec, incarnation, planDigest } = admission;
  const { publishRecord } = publishing(queueOf(run, record.zone), `Publish: ${record.type} ${record.name}`);
  const owner = {
    installation: reach?.installation ?? '',
    namespace: spec.name,
    incarnation,
    requestId: run.state.submission.requestId,
    planDigest,
  };
  const input = { cluster: spec.cluster, record, owner };
  return (await throughPauses(run, () => recorded(run, () => publishRecord(input)))).isAnswered;
}

/** Zones that teams have handed over share a queue: they come and go while workers run. */
export function queueOf({ state }: Run, zone: string): string {
  const admissions = [state.admission, state.operation?.admission, state.takeover?.admission];
  const isHandedOver = admissions.some((each) => each?.reach?.handedOver?.includes(zone) === true);
  return zoneQueue(workflowInfo().taskQueue, isHandedOver ? DELEGATED_ZONES : zone);
}

/** Takes one record set away; caches know it for as long as it said. */
export async function withdrawRecord(run: Run, entry: RecordEntry): Promise<void> {
  const { incarnation } = admittedOf(run);
  const { withdrawRecord } = withdrawing(queueOf(run, entry.zone), `DNS off: ${entry.kind} ${entry.name}`);
  let mayBeKnown = true;
  try {
    ({ mayBeKnown } = await recorded(run, () => withdrawRecord({ record: bareRef(entry), incarnation })));
  } finally {
    // What an attempt that failed has taken away all the same, the next one does not find; nor what a person took away.
    if (mayBeKnown || entry.state === 'confirmed') remember(run, entry);
  }
}

function remember(run: Run, { name, kind }: RecordEntry): void {
  const published = run.state.published?.find((record) => record.name === name && record.type === kind);
  keepInMind(run, name, published?.ttlSeconds ?? 0);
}

function keepInMind({ state }: Run, name: string, ttlSeconds: number): void {
  const untilMs = Math.max(Date.now() + ttlSeconds * 1000, Date.parse(state.knownUntil?.[name] ?? '') || 0);
  state.knownUntil = { ...state.knownUntil, [name]: new Date(untilMs).toISOString() };
}

/** What somebody else published has to go as well before its name is anybody's, and its namespace is gone. */
export async function untilOthersWithdrew(run: Run): Promise<void> {
  const { state } = run;
  const { cluster } = admittedOf(run).spec;
  const given = new Set(state.leftBehind.map(({ ref }) => refKey(ref)));
  const records = (state.awaited ?? []).filter((record) => !given.has(refKey(recordRef(cluster, record))));
  await untilSilent(run, records);
  state.awaited = [];
}

export async function untilSilent(run: Run, records: RecordSet[]): Promise<void> {
  if (records.length === 0) return;
  const { cluster } = admittedOf(run).spec;
  const { awaitSilence } = silencing(`DNS off: wait until others have taken ${listedNames(records)} away`);
  await awaitSilence({ cluster, records });
  for (const { name, ttlSeconds } of records) keepInMind(run, name, ttlSeconds);
  await untilForgotten(run);
}

/** Whoever asked a moment ago still goes where the record said: until then the route has to stand. */
export async function untilForgotten(run: Run): Promise<void> {
  const until = knownUntil(run.state);
  const restMs = until === undefined ? 0 : Date.parse(until) - Date.now();
  if (restMs <= 0) return;
  // Only now the last record is off the inventory.
  step(run, run.state.step);
  await condition(() => isEnd(run.state.phase), restMs, {
    summary: `Wait until caches have forgotten the records of ${run.name}`,
  });
}

/** Until when nobody else gets a name; null where nobody can know it. */
function freeAfter({ state }: Run, { zone, name }: HostnameRef): string | null {
  const known = state.knownUntil?.[name];
  if (known === undefined) return null;
  const quarantineMs = (state.admission?.reach?.quarantineMinutes[zone] ?? 0) * 60_000;
  return new Date(Math.max(Date.now(), Date.parse(known)) + quarantineMs).toISOString();
}

export async function releaseHostnames(run: Run, hostnames: readonly HostnameRef[]): Promise<void> {
  const { timing, incarnation } = admittedOf(run);
  const timed = hostnames.map((ref) => ({ ref, until: freeAfter(run, ref) }));
  for (const [, each] of Map.groupBy(timed, ({ ref, until }) => `${ref.zone} ${until}`)) {
    const refs = each.map(({ ref }) => ref);
    const until = each[0]?.until ?? null;
    const { releaseHostnames } = claiming(timing, `Release: hostnames ${listedNames(refs)}`);
    await recorded(run, () => releaseHostnames({ hostnames: refs, incarnation, freeAfter: until }));
  }
}

function listedNames(named: readonly { name: string }[]): string {
  const text = [...new Set(named.map(({ name }) => name))].join(', ');
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}
