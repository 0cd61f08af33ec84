// The form of record sets that naas is to write: each one by itself, and beside the others of its name. Pure; the problems are told
// all at once, each with its field.
import { asciiName, isWithin, type NameRules, shown } from './dns-name.ts';
import type { Problem } from './errors.ts';
import type { RecordSet, RecordType } from './record-set.ts';
import { canonicalValue, MAX_TXT_BYTES } from './record-values.ts';
import { byText } from './resolve-problems.ts';

/** What Azure DNS takes, so that a plan holds for every provider. */
const MAX_VALUES = 20;
const MAX_TTL_SECONDS = 2_147_483_647;
/** Hosts and what is said about them; the others also stand at service names such as `_acme-challenge`. */
const AT_HOSTS: readonly RecordType[] = ['A', 'AAAA', 'CAA'];
const ALIASED: readonly RecordType[] = ['A', 'AAAA', 'CNAME'];

type Refuse = (within: string, why: string, value?: unknown) => void;

/** Canonical and in order of names and types; worth something only when there are no problems. */
export function canonicalRecordSets(
  asked: readonly RecordSet[],
  field: string,
): { sets: RecordSet[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const refuseAt =
    (index: number): Refuse =>
    (within, why, value) => {
      const path = `${field}[${index}]${within}`;
      problems.push({
        code: 'InvalidRequest',
        message: `${path}: ${why}`,
        field: path,
        ...(value === undefined ? {} : { value }),
      });
    };
  const sets = asked.map((set, index) => canonicalSet(set, refuseAt(index)));
  sets.forEach((set, index) => {
    checkBeside(set, sets.slice(0, index), sets, refuseAt(index));
  });
  return { sets: sets.toSorted((left, right) => byText(keyOf(left), keyOf(right))), problems };
}

function canonicalSet(asked: RecordSet, refuse: Refuse): RecordSet {
  const { type, ttlSeconds, alias } = asked;
  const zoneName = nameOf(asked.zone, '.zone', { underscores: false, wildcard: false }, refuse);
  const ownName = nameOf(asked.name, '.name', { underscores: !AT_HOSTS.includes(type), wildcard: true }, refuse);
  if (zoneName !== undefined && ownName !== undefined && !isWithin(ownName, zoneName))
    refuse('.name', `"${ownName}" is not in the zone ${zoneName}`, ownName);
  // Below, a name that is none is compared as it was written.
  const [zone, name] = [zoneName ?? asked.zone, ownName ?? asked.name];
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > MAX_TTL_SECONDS)
    refuse('.ttlSeconds', `expected a whole number from 1 to ${MAX_TTL_SECONDS}`, ttlSeconds);
  checkPlace(type, name, zone, refuse);
  const values = canonicalValues(asked, name, refuse);
  checkAlias(asked, refuse);
  return { zone, name, type, ttlSeconds, values, ...(alias === undefined ? {} : { alias }) };
}

function nameOf(text: string, within: string, rules: NameRules, refuse: Refuse): string | undefined {
  const result = asciiName(text, rules);
  if ('name' in result) return result.name;
  refuse(within, `${shown(text)} is no name: ${result.why}`, text);
  return undefined;
}

function checkPlace(type: RecordType, name: string, zone: string, refuse: Refuse): void {
  if (type === 'CNAME' && name === zone)
    refuse('.type', `CNAME may not stand at the apex of ${shown(zone)}; write A and AAAA, or an alias`, type);
  if (type === 'NS' && name === zone)
    refuse('.type', `the NS set at the apex of ${shown(zone)} is its provider's`, type);
  if (type === 'NS' && name.startsWith('*.')) refuse('.type', 'NS may not stand at a wildcard', type);
}

function canonicalValues({ type, values, alias }: RecordSet, name: string, refuse: Refuse): string[] {
  const canonical = values.map((text, index) => {
    const result = canonicalValue(type, text);
    if ('value' in result) return result.value;
    refuse(`.values[${index}]`, `no value of ${type}: ${result.why}`, text);
    return text;
  });
  const single = [...new Set(canonical)].sort(byText);
  if (single.length > MAX_VALUES) refuse('.values', `${single.length} values; a set has at most ${MAX_VALUES}`);
  if (single.length === 0 && alias === undefined) refuse('.values', 'no values, and no alias instead');
  if (type === 'CNAME' && single.length > 1) refuse('.values', 'CNAME has one value');
  if (type === 'CNAME' && single.includes(name)) refuse('.values', `${shown(name)} is the set's own name`);
  const bytes = type === 'TXT' ? single.reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0) : 0;
  if (bytes > MAX_TXT_BYTES) refuse('.values', `${bytes} bytes of text; a set has at most ${MAX_TXT_BYTES}`);
  return single;
}

function checkAlias({ type, values, alias }: RecordSet, refuse: Refuse): void {
  if (alias === undefined) return;
  if (!ALIASED.includes(type)) refuse('.alias', `only ${ALIASED.join(', ')} may follow a resource`, alias);
  if (values.length > 0) refuse('.alias', 'a set follows a resource or has values, not both', alias);
  if (!/^[!-~]{1,2048}$/.test(alias)) refuse('.alias', 'expected the id of a resource, ASCII without spaces');
}

function checkBeside(set: RecordSet, before: readonly RecordSet[], all: readonly RecordSet[], refuse: Refuse): void {
  if (before.some((other) => keyOf(other) === keyOf(set))) refuse('', `a second ${set.type} set of ${shown(set.name)}`);
  const others = all.filter(({ zone, name, type }) => zone === set.zone && name === set.name && type !== 'CNAME');
  if (set.type === 'CNAME' && others.length > 0) {
    const types = [...new Set(others.map(({ type }) => type))].join(', ');
    refuse('.type', `CNAME may not stand beside other types; ${shown(set.name)} has ${types}`, set.type);
  }
}

function keyOf({ zone, name, type }: RecordSet): string {
  return `${zone} ${name} ${type}`;
}
