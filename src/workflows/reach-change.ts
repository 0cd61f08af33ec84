// Hostnames in a change: new names are claimed first, names that go leave DNS before their route does, and the undo walks the
// same way back. What of the objects has to be written transition.ts knows; it calls these in between.
import type { RecordImage } from '../activities/records.ts';
import type { ChangeAdmitted } from '../spec/admission.ts';
import { canonicalJson } from '../spec/canonical.ts';
import {
  type HostnameRef,
  hostnameRef,
  isObject,
  type RecordEffect,
  type RecordEntry,
  recordRef,
  refKey,
} from '../spec/inventory.ts';
import { publishedRecords } from '../spec/published-records.ts';
import { ADDRESS_TYPES, type RecordKey, type RecordSet } from '../spec/record-set.ts';
import { answering, claiming, publishing, reading, withdrawing } from './activities.ts';
import { confirmDomains } from './await-domain.ts';
import { throughPauses } from './pause.ts';
import { queueOf, releaseHostnames, untilEntered, untilForgotten, untilSilent, withdrawRecord } from './reach.ts';
import { recorded } from './recorded.ts';
import { admittedOf, type Run } from './run.ts';
import type { Transition } from './state.ts';
import { together, toTheirEnd } from './together.ts';

export function touchesReach({ admission }: Transition): boolean {
  return admission.reach !== undefined || admission.removals.some((entry) => !isObject(entry));
}

/** What stands in every record set that the change may write, before anything is written. */
export async function captureReach(run: Run, transition: Transition): Promise<void> {
  if (!touchesReach(transition)) return;
  const { reach, removals } = transition.admission;
  const wanted = (reach?.records ?? []).flatMap(({ zone, name, type }) =>
    (type === 'address' ? ADDRESS_TYPES : [type]).map((each): RecordKey => ({ zone, name, type: each })),
  );
  const going = removals.flatMap((entry): RecordKey[] =>
    entry.system === 'dns' ? [{ zone: entry.zone, name: entry.name, type: entry.kind }] : [],
  );
  const keys = [...new Map([...wanted, ...going].map((key) => [keyOf(key), key])).values()];
  const { published = [], awaited = [], entered = [] } = run.state;
  transition.answeredBefore = { published, awaited, entered };
  const { captureRecords } = reading(`Look: what the zones say of ${run.name} before the ${transition.kind}`);
  transition.recordImages = (await captureRecords({ keys })).images;
}

/** Of a transfer all of them, because the list says whose they are. */
export async function claimNewNames(run: Run, transition: Transition): Promise<void> {
  const { reach, spec, timing } = transition.admission;
  if (reach === undefined) return;
  const hostnames = reach.hostnames.map((each) => hostnameRef(spec.cluster, each));
  const known = new Set(run.state.inventory.map(refKey));
  const fresh = hostnames.filter((ref) => !known.has(refKey(ref)));
  const moved = transition.kind === 'transfer' ? hostnames : fresh;
  if (moved.length === 0) return;
  transition.reached.push('names');
  run.state.inventory.push(...fresh.map((ref) => ({ ...ref, stage: 'claim', state: 'intended' }) as const));
  await claim(run, moved, spec.team, `${transition.kind} of ${run.name}: claim hostnames`, timing);
  await confirmDomains(run, spec);
}

async function claim(
  run: Run,
  hostnames: HostnameRef[],
  team: string,
  summary: string,
  timing: ChangeAdmitted['timing'],
): Promise<void> {
  const { spec, incarnation } = admittedOf(run);
  const owner = { namespace: spec.name, team, incarnation };
  const { claimHostnames } = claiming(timing, summary);
  await throughPauses(run, () => recorded(run, () => claimHostnames({ hostnames, owner })));
}

/** Names that go answer no more before their route is taken away, and nobody remembers them by then. */
export async function withdrawGoing(run: Run, transition: Transition): Promise<void> {
  const going = transition.admission.removals.filter((entry) => entry.system === 'dns');
  if (going.length === 0) return;
  transition.reached.push('withdrawal');
  await together(going.map((entry) => () => throughPauses(run, () => withdrawRecord(run, entry))));
  await untilForgotten(run);
}

/** After the routes: what is new is created, what differs is changed, the rest is not written at all. */
export async function publishChange(run: Run, transition: Transition): Promise<void> {
  const { reach, stages } = transition.admission;
  if (reach === undefined || stages.route === undefined) return;
  const look = answering(`${transition.kind} of ${run.name}: wait until the gateway has its hostnames`);
  const { addresses } = await look.awaitRoute({ stage: stages.route, gateway: reach.gateway });
  const next = publishedRecords(reach.records, addresses);
  const awaited = publishedRecords(reach.awaited, addresses);
  const before = new Map((transition.answeredBefore?.published ?? []).map((record) => [keyOf(record), record]));
  const differing = next.filter((record) => !isSame(before.get(keyOf(record)), record));
  const entered = publishedRecords(reach.entered ?? [], addresses);
  const enteredBefore = new Set((transition.answeredBefore?.entered ?? []).map((record) => canonicalJson(record)));
  run.state.published = next;
  run.state.awaited = awaited;
  run.state.entered = entered;
  const asked = [...awaited];
  if (differing.length > 0) {
    transition.reached.push('publish');
    const cluster = admittedOf(run).spec.cluster;
    const known = new Set(run.state.inventory.map(refKey));
    const fresh = differing.map((record) => recordRef(cluster, record)).filter((ref) => !known.has(refKey(ref)));
    run.state.inventory.push(...fresh.map((ref): RecordEntry => ({ ...ref, stage: 'publish', state: 'intended' })));
    await together(
      differing.map((record) => async () => {
        if (!(await write(run, transition, record, !before.has(keyOf(record))))) asked.push(record);
      }),
    );
  }
  const { awaitAnswers } = answering(`${transition.kind} of ${run.name}: wait until the name servers answer`);
  if (asked.length > 0) await awaitAnswers({ records: asked });
  await untilEntered(
    run,
    entered.filter((record) => !enteredBefore.has(canonicalJson(record))),
  );
}

/** Whether every name server says it already. */
async function write(run: Run, { kind, admission }: Transition, record: RecordSet, isNew: boolean): Promise<boolean> {
  const { reach, spec, incarnation, planDigest } = admission;
  const owner = {
    installation: reach?.installation ?? '',
    namespace: spec.name,
    incarnation,
    requestId: run.state.operation?.requestId ?? run.state.submission.requestId,
    planDigest,
  };
  const zone = publishing(queueOf(run, record.zone), `${kind}: ${record.type} ${record.name}`);
  const input = { cluster: spec.cluster, record, owner };
  const written = () => recorded(run, () => (isNew ? zone.publishRecord(input) : zone.changeRecord(input)));
  return (await throughPauses(run, written)).isAnswered;
}

/** Last of all: until here nobody else may have the names that go. */
export async function releaseGoing(run: Run, { admission, answeredBefore }: Transition): Promise<void> {
  const going = admission.removals.filter((entry) => entry.system === 'hostnames');
  const names = new Set(going.map(({ name }) => name));
  // Others see only now that the route is gone.
  await untilSilent(
    run,
    (answeredBefore?.awaited ?? []).filter(({ name }) => names.has(name)),
  );
  if (going.length > 0) await throughPauses(run, () => releaseHostnames(run, going));
  delete run.state.knownUntil;
}

/** The very first of an undo: what the list says of its names it may say of somebody else by now, or of another team. */
export async function reclaimNames(run: Run, transition: Transition): Promise<void> {
  const { kind, reached, admission, givenUp } = transition;
  if (!reached.includes('removal') && !(kind === 'transfer' && reached.includes('names'))) return;
  const refs = heldBefore(run, transition).filter((ref) => !givenUp.includes(refKey(ref)));
  if (refs.length === 0) return;
  const known = new Set(run.state.inventory.map(refKey));
  const gone = refs.filter((ref) => !known.has(refKey(ref)));
  run.state.inventory.push(...gone.map((ref) => ({ ...ref, stage: 'claim', state: 'intended' }) as const));
  await claim(
    run,
    refs,
    admittedOf(run).spec.team,
    `Undo of the ${kind} of ${run.name}: its hostnames`,
    admission.timing,
  );
}

/** Of what is adopted nothing was held before. */
function heldBefore(run: Run, { kind }: Transition): HostnameRef[] {
  const { reach, spec } = admittedOf(run);
  return kind === 'adopt' ? [] : (reach?.hostnames ?? []).map((each) => hostnameRef(spec.cluster, each));
}

/** The first part of an undo: what the change has published goes, before the routes do. */
export async function withdrawPublished(run: Run, transition: Transition): Promise<void> {
  if (!transition.reached.includes('publish')) return;
  const fresh = new Set(
    (transition.recordImages ?? []).filter(({ live }) => live === null).map(({ key }) => keyOf(key)),
  );
  const entries = run.state.inventory.filter((entry) => entry.system === 'dns');
  const given = new Set(transition.givenUp);
  const published = entries.filter(
    (entry) => fresh.has(keyOf({ zone: entry.zone, name: entry.name, type: entry.kind })) && !given.has(refKey(entry)),
  );
  await toTheirEnd(published.map((entry) => () => withdrawRecord(run, entry)));
  await untilForgotten(run);
}

/** The last part of an undo: the routes are back, so what answered before answers again; and new names are given back. */
export async function restoreReach(run: Run, transition: Transition): Promise<void> {
  const { reached, recordImages = [], admission, givenUp } = transition;
  const given = new Set(givenUp);
  const { cluster } = admission.spec;
  const before = recordImages.filter(({ key, live }) => live !== null && !given.has(refKey(recordRef(cluster, key))));
  if (reached.includes('publish') || reached.includes('withdrawal')) {
    await toTheirEnd(before.map((image) => () => putBack(run, image)));
  }
  Object.assign(run.state, transition.answeredBefore);
  if (!reached.includes('names')) return;
  const held = new Set(heldBefore(run, transition).map(({ name }) => name));
  const entries = run.state.inventory.filter((entry) => entry.system === 'hostnames');
  const fresh = entries.filter((entry) => !held.has(entry.name) && !given.has(refKey(entry)));
  if (fresh.length > 0) await releaseHostnames(run, fresh);
  delete run.state.knownUntil;
}

async function putBack(run: Run, image: RecordImage): Promise<void> {
  const { incarnation, spec } = admittedOf(run);
  const { key } = image;
  const { restoreRecord } = withdrawing(queueOf(run, key.zone), `Undo: ${key.type} ${key.name} as it was`);
  const { effects } = await recorded(run, () => restoreRecord({ cluster: spec.cluster, image, incarnation }));
  const known = new Set(run.state.inventory.map(refKey));
  const back = effects.filter(({ ref, verb }) => verb !== 'delete' && !known.has(refKey(ref)));
  run.state.inventory.push(...back.flatMap(entryOf));
}

/** What the change had withdrawn is ours again. */
function entryOf({ ref, outcome, uid }: RecordEffect): RecordEntry[] {
  return outcome === 'skipped' || uid === undefined ? [] : [{ ...ref, stage: 'publish', state: 'confirmed', uid }];
}

function keyOf({ zone, name, type }: RecordKey): string {
  return `${zone} ${name} ${type}`;
}

function isSame(left: RecordSet | undefined, right: RecordSet): boolean {
  return left !== undefined && canonicalJson(left) === canonicalJson(right);
}
