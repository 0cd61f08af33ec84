// A record set and its mark as they stand in the zone: read by queries, then held against the zone itself, because a wildcard
// lets a server answer for what is not there. It writes nothing.
import { createHash } from 'node:crypto';
import type { Answer } from 'dns-packet';
import type { CallOptions } from '../../activities/cluster.ts';
import type { NaasError } from '../../spec/errors.ts';
import type { LiveRecordSet, RecordKey } from '../../spec/record-set.ts';
import { dnsFailure } from '../dns/failure.ts';
import { type DnsMessage, isOf, ttlOf } from '../dns/message.ts';
import { describeKey } from '../dns/names.ts';
import { canonicalValueOf, rdataOf } from '../dns/rdata.ts';
import { canonicalValues } from '../dns/values.ts';
import { rcodeFailure } from './failures.ts';
import { markName, readMark } from './mark.ts';
import type { Primary } from './primary.ts';
import type { Prerequisite } from './update-message.ts';

/** Records of one name and type, byte for byte; empty: not there. */
interface Records {
  answers: Answer[];
  rdata: Buffer[];
}

export interface Standing {
  set: Records;
  mark: Records;
  markName: string;
}

/** Changed at each of so many looks, it is somebody's to change now; the next attempt looks again. */
const LOOKS = 3;

/** What stands at the key; the mark of a set that is gone may be left. */
export async function look(primary: Primary, key: RecordKey, options: CallOptions): Promise<Standing> {
  const name = markName(key);
  for (let count = 0; count < LOOKS; count += 1) {
    const set = await recordsOf(primary, key, key, options);
    const mark = await recordsOf(primary, { name, type: 'TXT' }, key, options);
    // Nothing can be hidden by a wildcard: what was not seen is not there.
    if (set.rdata.length === 0 && mark.rdata.length === 0) return { set, mark, markName: name };
    for (const standing of possible({ set, mark, markName: name })) {
      const rcode = await primary.update(asSeen(key, standing), [], options, `look at ${describeKey(key)}`);
      if (rcode === 'NOERROR') return standing;
      if (rcode !== 'NXRRSET' && rcode !== 'YXRRSET') throw rcodeFailure(rcode, wordsOf(primary, key));
    }
  }
  throw rcodeFailure('NXRRSET', wordsOf(primary, key));
}

/** What was seen may be a wildcard's. */
function possible(seen: Standing): Standing[] {
  const none = { answers: [], rdata: [] };
  const { set, mark } = seen;
  return [
    seen,
    ...(set.rdata.length > 0 ? [{ ...seen, set: none }] : []),
    ...(mark.rdata.length > 0 ? [{ ...seen, mark: none }] : []),
    ...(set.rdata.length > 0 && mark.rdata.length > 0 ? [{ ...seen, set: none, mark: none }] : []),
  ];
}

/** Section 2.4.2 and 2.4.3 of RFC 2136: both exactly as they were seen. */
export function asSeen({ name, type }: RecordKey, { set, mark, markName }: Standing): Prerequisite[] {
  const needed = (records: Records, of: { name: string; type: RecordKey['type'] }): Prerequisite =>
    records.rdata.length === 0 ? { is: 'absent', ...of } : { is: 'exactly', set: { ...of, rdata: records.rdata } };
  return [needed(set, { name, type }), needed(mark, { name: markName, type: 'TXT' })];
}

/** undefined: the set is not there. */
export function liveOf(key: RecordKey, { set, mark }: Standing): LiveRecordSet | undefined {
  const [first] = set.answers;
  if (first === undefined) return undefined;
  const ttlSeconds = ttlOf(first);
  const values = canonicalValues(set.answers.flatMap((answer) => canonicalValueOf(answer) ?? []));
  // Two marks at one name are nobody's: naas writes one.
  const [text, ...more] = mark.answers.map(canonicalValueOf);
  const owner = text === undefined || more.length > 0 ? undefined : readMark(text);
  const { zone, name, type } = key;
  return {
    set: { zone, name, type, ttlSeconds, values },
    version: versionOf(ttlSeconds, set.rdata, mark.rdata),
    owner,
  };
}

export function versionOf(ttlSeconds: number, set: readonly Buffer[], mark: readonly Buffer[]): string {
  const sorted = (rdata: readonly Buffer[]): string[] => rdata.map((each) => each.toString('hex')).sort();
  return createHash('sha256')
    .update(JSON.stringify([ttlSeconds, sorted(set), sorted(mark)]))
    .digest('hex');
}

/** A server takes a set there, and never answers for it. */
export async function refuseUnderDelegation(primary: Primary, key: RecordKey, options: CallOptions): Promise<void> {
  await recordsOf(primary, key, key, options);
}

async function recordsOf(
  primary: Primary,
  question: { name: string; type: RecordKey['type'] },
  key: RecordKey,
  options: CallOptions,
): Promise<Records> {
  const answer = await primary.query(question, options);
  if (answer.rcode !== 'NOERROR' && answer.rcode !== 'NXDOMAIN')
    throw rcodeFailure(answer.rcode, wordsOf(primary, key));
  const answers = (answer.authoritative ? answer.answers : delegated(answer, question, key, primary)).filter((each) =>
    isOf(each, question),
  );
  return { answers, rdata: answers.flatMap((each) => rdataOf(each) ?? []) };
}

/** The NS set of a child stands in the parent, which answers it as a referral; whatever else is there belongs to the child. */
function delegated(
  answer: DnsMessage,
  question: { name: string; type: RecordKey['type'] },
  key: RecordKey,
  primary: Primary,
): Answer[] {
  const [referral] = answer.authorities.filter((each) => each.type === 'NS');
  if (referral === undefined) throw withoutAuthority(wordsOf(primary, key));
  if (isOf(referral, { name: question.name, type: 'NS' }) && question.type === 'NS') return answer.authorities;
  const why = `${describeKey(key)} lies under the delegation of ${referral.name}, where ${key.zone} does not answer`;
  throw dnsFailure('Invalid', why, 'Write it into the zone of the child, or take the delegation away.');
}

/** Neither an answer nor a referral: a server that does not have the zone, or not any more. */
export function withoutAuthority({ what, zone }: { what: string; zone: string }): NaasError {
  const todo = `Name the primary server of ${zone} in the configuration, and look whether it has loaded the zone.`;
  return dnsFailure('Unavailable', `${what} was answered without authority for ${zone}`, todo);
}

function wordsOf(primary: Primary, key: RecordKey): { what: string; zone: string } {
  return { what: `look at ${describeKey(key)} at ${primary.server}`, zone: key.zone };
}
