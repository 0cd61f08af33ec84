// The claims of one zone as text, one a line, and how much of it one object may hold. What it does not understand it refuses to
// read: a line that is lost would be a name that a second team gets.
import { asciiName } from './dns-name.ts';
import { NaasError } from './errors.ts';
import type { Claim, Claims } from './hostname-claims.ts';
import { DNS_LABEL } from './names.ts';
import { byText } from './resolve-problems.ts';

/** An object of Kubernetes may have 1 MiB (etcd: 1.5 MiB with all around it); the rest is room for its other fields. */
const MAX_BYTES = 900 * 1024;
/** As many as a zone of Azure DNS has record sets. */
const MAX_CLAIMS = 10_000;

const MAX_SHOWN_LENGTH = 100;

/** Seconds since 1970, as `date -d @1777636800` takes them: ten thousand of them stand in one object. */
const TIME = /^\d{1,10}$/;
const TIME_LENGTH = ' 1777636800'.length;

/**
 * After a line for the zone: `name team namespace incarnation`, and for a released name the time after which it is free. The name is
 * relative to the zone; a namespace that begins with its team's name, as by default, goes without it: `shop -cart-prod` for
 * shop-cart-prod. Throws Invalid, as reading does, for claims that could not be read again.
 */
export function writeClaims({ zone, claims }: Claims): string {
  const lines = ordered(claims).map((each) => `${lineOf(each, zone)}\n`);
  const text = `${headOf(zone)}\n${lines.join('')}`;
  readClaims(zone, text);
  return text;
}

/** Throws Invalid with the number of the line that is not as `writeClaims` writes it. No text at all is not no claims. */
export function readClaims(zone: string, text: string): Claims {
  const [head, ...lines] = text.split('\n');
  if (head !== headOf(zone)) throw unread(zone, 1, `"${shownLine(head ?? '')}" stands where "${headOf(zone)}" should`);
  if (lines.pop() !== '') throw unread(zone, lines.length + 2, 'it has no end: the text was cut off');
  const claims = lines.map((line, index) => claimOf(line, zone, index + 2));
  const seen = new Set<string>();
  claims.forEach((each, index) => {
    if (seen.has(keyOf(each))) throw unread(zone, index + 2, `${each.name} stands there twice for one owner`);
    seen.add(keyOf(each));
  });
  refuseSharedNames(zone, claims);
  return { zone, claims: ordered(claims) };
}

/** What one object has too much of. Held names count with the time that they get when they are released: that has to fit too. */
export function fullBy({ zone, claims }: Claims): 'names' | 'bytes' | undefined {
  if (claims.length > MAX_CLAIMS) return 'names';
  const bytes = claims.reduce((sum, each) => {
    const later = each.state === 'held' ? TIME_LENGTH : 0;
    return sum + lineOf(each, zone).length + later + 1;
  }, headOf(zone).length + 1);
  return bytes > MAX_BYTES ? 'bytes' : undefined;
}

/** One order, so that the same claims are the same text. */
export function ordered(claims: readonly Claim[]): Claim[] {
  const keyed = claims.map((each) => ({ key: keyOf(each), each }));
  return keyed.sort((left, right) => byText(left.key, right.key)).map(({ each }) => each);
}

function keyOf({ name, incarnation, state }: Claim): string {
  return `${name} ${incarnation} ${state}`;
}

/** The number is the form's: a later one is refused, and not half understood. */
function headOf(zone: string): string {
  return `naas claims 1 ${zone}`;
}

function lineOf(each: Claim, zone: string): string {
  const { name, team, namespace, incarnation } = each;
  const relative = name === zone ? '@' : name.slice(0, -zone.length - 1);
  const short = namespace.startsWith(`${team}-`) ? namespace.slice(team.length) : namespace;
  const owner = `${relative} ${team} ${short} ${incarnation}`;
  return each.state === 'held' ? owner : `${owner} ${Date.parse(each.freeAfter) / 1000}`;
}

function claimOf(line: string, zone: string, number: number): Claim {
  const [relative = '', team = '', short = '', incarnation = '', time] = line.split(' ');
  const refuse = (why: string): NaasError => unread(zone, number, `"${shownLine(line)}" ${why}`);
  const name = relative === '@' ? zone : `${relative}.${zone}`;
  const result = asciiName(name, { underscores: false, wildcard: true });
  if (!('name' in result) || result.name !== name) throw refuse('does not begin with a canonical host name');
  const namespace = short.startsWith('-') ? `${team}${short}` : short;
  if (![team, namespace, incarnation].every((word) => DNS_LABEL.test(word)))
    throw refuse('does not name team, namespace and incarnation');
  if (time !== undefined && !TIME.test(time)) throw refuse('does not end with a time in seconds since 1970');
  const owner = { name, namespace, team, incarnation };
  const claim: Claim =
    time === undefined
      ? { ...owner, state: 'held' }
      : { ...owner, state: 'released', freeAfter: inSeconds(Number(time) * 1000) };
  if (lineOf(claim, zone) !== line) throw refuse(`is not written as "${lineOf(claim, zone)}"`);
  return claim;
}

/** ISO 8601 in whole seconds, rounded up: never free too early. */
export function inSeconds(timeMs: number): string {
  return new Date(Math.ceil(timeMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** Never by naas: somebody else has written here, and nobody can say whose the name is. */
function refuseSharedNames(zone: string, claims: readonly Claim[]): void {
  const holders = new Map(claims.filter(({ state }) => state === 'held').map((each) => [each.name, each.incarnation]));
  claims.forEach(({ name, incarnation, state }, index) => {
    if (state !== 'held') return;
    const other = [name, ...wildcardsOver(name)].find((each) => (holders.get(each) ?? incarnation) !== incarnation);
    if (other !== undefined) throw unread(zone, index + 2, `${name} is held beside ${other} of another owner`);
  });
}

function wildcardsOver(name: string): string[] {
  const labels = name.split('.');
  return labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`);
}

/** A stranger's line is read on a terminal. */
function shownLine(line: string): string {
  return line.slice(0, MAX_SHOWN_LENGTH).replace(/[^ -~]/g, '?');
}

function unread(zone: string, line: number, why: string): NaasError {
  return new NaasError({
    code: 'Invalid',
    message: `claims on host names of ${zone}, line ${line}: ${why}`,
    hint: 'naas claims and releases nothing in this zone until the line is mended, so that no name gets two owners.',
  });
}
