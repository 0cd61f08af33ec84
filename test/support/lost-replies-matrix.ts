// The matrix of lost replies: every call site × every way to lose a reply × how often; and how each case has to end, by the
// table of errors and the patience of the activities. Pure: it runs nothing.
import { ERRORS, type ErrorName } from '../../src/spec/errors.ts';
import { type CallSite, describeSite } from './call-sites.ts';
import type { Fault } from './fault-proxy-rules.ts';
import { shuffled } from './run-seed.ts';

/** The lives that the sites are found in, and in which they are broken. */
export const LIVES = ['whole', 'claimed twice', 'repeated', 'undone', 'held'] as const;
export type Life = (typeof LIVES)[number];

export interface KnownSite {
  site: CallSite;
  /** The first life that makes this call. */
  life: Life;
}

export const RETRY_AFTER_SECONDS = 2;
export const STALL_SECONDS = 30;

/** Where the fault strikes before the effect, the write never happened; elsewhere it did, and nobody was told. */
export const REPLIES = {
  '409': { mode: 'fail-before', status: 409 },
  '412': { mode: 'fail-before', status: 412 },
  '422': { mode: 'fail-before', status: 422 },
  '429 with Retry-After': { mode: 'fail-before', status: 429, retryAfterSeconds: RETRY_AFTER_SECONDS },
  '429 without Retry-After': { mode: 'fail-before', status: 429 },
  '500': { mode: 'fail-before', status: 500 },
  '503': { mode: 'fail-before', status: 503 },
  '504 after the effect': { mode: 'fail-after', status: 504 },
  'reset before the request': { mode: 'reset-before' },
  'reset after the request': { mode: 'reset-after' },
  'reset before the body': { mode: 'reset-head' },
  'reset within the body': { mode: 'truncate' },
  'reset after the body': { mode: 'reset-tail' },
  '30 s stall': { mode: 'stall', seconds: STALL_SECONDS },
  'truncated JSON': { mode: 'half-json' },
  'wrong content type': { mode: 'page' },
} as const satisfies Record<string, Fault>;
export type Reply = keyof typeof REPLIES;

export const TIMES = { once: 1, 'three times': 3, 'for ever': Number.POSITIVE_INFINITY } as const;
export type Times = keyof typeof TIMES;

export interface Case extends KnownSite {
  reply: Reply;
  times: Times;
  title: string;
}

const replies = Object.keys(REPLIES) as Reply[];
const frequencies = Object.keys(TIMES) as Times[];

export function matrixOf(sites: readonly KnownSite[]): Case[] {
  return sites.flatMap((known) =>
    replies.flatMap((reply) => frequencies.map((times): Case => caseOf(known, reply, times))),
  );
}

function caseOf(known: KnownSite, reply: Reply, times: Times): Case {
  return { ...known, reply, times, title: `${describeSite(known.site)}, ${reply}, ${times}` };
}

/** What the matrix would have to hold and does not, and what stands in it twice. */
export function holesIn(cases: readonly Case[], sites: readonly KnownSite[]): string[] {
  const wanted = new Set(matrixOf(sites).map(({ title }) => title));
  const found = new Set<string>();
  const twice: string[] = [];
  for (const { title } of cases) {
    if (found.has(title)) twice.push(`twice: ${title}`);
    found.add(title);
  }
  return [...[...wanted].filter((title) => !found.has(title)).map((title) => `missing: ${title}`), ...twice];
}

/** A sample by lot in which every site, every reply and every frequency of it occurs. */
export function coreOf(sites: readonly KnownSite[], draw: () => number): Case[] {
  const order = shuffled(sites, draw);
  const kinds = shuffled(
    replies.flatMap((reply) => frequencies.map((times) => ({ reply, times }))),
    draw,
  );
  const core = kinds.map(({ reply, times }, index) => caseOf(nextSite(order, index, reply), reply, times));
  const met = new Set(core.map(({ site }) => describeSite(site)));
  const rest = order.filter(({ site }) => !met.has(describeSite(site)));
  const all = [...core, ...rest.map((known) => caseOf(known, '500', 'once')), ...onceWrong(order)];
  return [...new Map(all.map((each) => [each.title, each])).values()];
}

/** Cases that found a defect stay in every sample. */
function onceWrong(sites: readonly KnownSite[]): Case[] {
  const at = (activity: string, verb: CallSite['verb']): KnownSite[] =>
    sites.filter(({ site }) => site.activity === activity && site.verb === verb).slice(0, 1);
  return [
    // The pause of a blocked removal was shorter than Retry-After.
    ...at('revokeAccess', 'read').map((known) => caseOf(known, '429 with Retry-After', 'for ever')),
    // The last attempt of a stage came too late, said only that, and hid what had gone wrong.
    ...at('grantAccess', 'read').map((known) => caseOf(known, 'reset before the request', 'for ever')),
    ...at('ensureEquipment', 'apply').map((known) => caseOf(known, '429 with Retry-After', 'for ever')),
  ];
}

/** A stall that outlives several attempts takes more than a minute: only the whole matrix has time for it. */
function nextSite(order: readonly KnownSite[], index: number, reply: Reply): KnownSite {
  const fit = reply === '30 s stall' ? order.filter(({ site }) => outlastsStall(site)) : order;
  const known = fit[index % fit.length];
  if (known === undefined) throw new Error('the table of call sites is empty');
  return known;
}

interface Place {
  part: 'admission' | 'provisioning' | 'removal';
  /** So long does one attempt wait for an answer: its start-to-close timeout, less the margin of src/activities/boundary. */
  attemptSeconds: number;
}

const PLACES: Record<string, Place> = {
  admit: { part: 'admission', attemptSeconds: 25 },
  claimNamespace: { part: 'provisioning', attemptSeconds: 10 },
  ensureGuardrails: { part: 'provisioning', attemptSeconds: 25 },
  ensureEquipment: { part: 'provisioning', attemptSeconds: 25 },
  grantAccess: { part: 'provisioning', attemptSeconds: 25 },
  revokeAccess: { part: 'removal', attemptSeconds: 55 },
  deleteNamespace: { part: 'removal', attemptSeconds: 55 },
};

export function placeOf({ activity }: CallSite): Place {
  const place = PLACES[activity];
  if (place === undefined)
    throw new Error(`the matrix does not know activity ${activity}: say in ${import.meta.filename} where it belongs`);
  return place;
}

/** The answer was lost on its way back: what was asked for had been done. */
const DONE: ReadonlySet<Fault['mode']> = new Set([
  'fail-after',
  'reset-after',
  'reset-head',
  'truncate',
  'reset-tail',
  'half-json',
  'page',
]);

/** The next attempt looks before it writes, and finds that an object stands as it should. */
export function isFoundDone({ site: { verb }, reply }: Pick<Case, 'site' | 'reply'>): boolean {
  return verb === 'apply' && DONE.has(REPLIES[reply].mode);
}

/** Only the names of what keeps a namespace hang on it; without them it is told as well. */
export function isNaming({ activity, verb, name }: CallSite): boolean {
  return activity === 'deleteNamespace' && verb === 'read' && name === '';
}

export interface Expectation {
  /** `waits`: no deadline stands over it, and it goes on when the fault ends. */
  end: 'passes' | 'refused' | 'failed' | 'waits' | 'blocked';
  /** What the problem is called where there is one. */
  code: ErrorName;
}

/** What cannot be done at all ends so, by the part of the life that it belongs to. */
const NEVER = { admission: 'refused', provisioning: 'failed', removal: 'blocked' } as const;
/** And so what might be done later. */
const NOT_YET = { admission: 'waits', provisioning: 'failed', removal: 'blocked' } as const;

export function expectationOf({ site, reply, times }: Pick<Case, 'site' | 'reply' | 'times'>): Expectation {
  const code = codeOf(reply, site);
  const { part } = placeOf(site);
  if (reply === '30 s stall' && outlastsStall(site)) return { end: 'passes', code };
  if (isNaming(site) || isFoundDone({ site, reply })) return { end: 'passes', code };
  if (ERRORS[code].permanent) return { end: NEVER[part], code };
  return { end: times === 'for ever' ? NOT_YET[part] : 'passes', code };
}

/** One attempt is patient enough to hear the answer in the end. */
export function outlastsStall(site: CallSite): boolean {
  return placeOf(site).attemptSeconds > STALL_SECONDS;
}

function codeOf(reply: Reply, site: CallSite): ErrorName {
  switch (reply) {
    case '409':
      // The name is taken, and by nobody's namespace of this run; of anything else 409 is a race that the next try wins.
      return site.verb === 'create' ? 'NotOurs' : 'Unavailable';
    case '412':
      return 'Unexpected';
    case '422':
      return 'Invalid';
    case '429 with Retry-After':
    case '429 without Retry-After':
      return 'Throttled';
    case '30 s stall':
      return 'DeadlinePassed';
    default:
      return 'Unavailable';
  }
}
