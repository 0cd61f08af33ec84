// Where external-dns keeps its TXT registry, and whom an entry of it names (docs/registry/txt.md there). Pure: it asks nobody.
import type { RecordKey, RecordType } from '../../spec/record-set.ts';
import { isWithin } from './names.ts';

/** How external-dns was told to name its entries: its options of the same names. */
export interface ExternalDnsNames {
  txtPrefix?: string;
  txtSuffix?: string;
  txtWildcardReplacement?: string;
}

/** Whoever holds one of these for a name decides where it leads; a second hand would lead it elsewhere. */
const LEADING: readonly RecordType[] = ['A', 'AAAA', 'CNAME'];

const TYPE_IN_AFFIX = '%{record_type}';

/** The names of the TXT sets that would claim this one: of its own type, or of one that leads the same name. */
export function claimNames({ zone, name, type }: RecordKey, names: ExternalDnsNames = {}): string[] {
  const types = LEADING.includes(type) ? LEADING : [type];
  const entries = [entryName(name, '', names), ...types.map((each) => entryName(name, each.toLowerCase(), names))];
  // Those of the apex stand outside the zone, unless a prefix ends with a dot: external-dns cannot write them either.
  return [...new Set(entries)].filter((entry) => isWithin(zone, entry));
}

/** `type` is empty in the form of before 0.12, which names no type. */
function entryName(
  name: string,
  type: string,
  { txtPrefix = '', txtSuffix = '', txtWildcardReplacement = '' }: ExternalDnsNames,
): string {
  const [first = '', ...rest] = name.split('.');
  const label = first === '*' && txtWildcardReplacement !== '' ? txtWildcardReplacement : first;
  const named = txtPrefix.includes(TYPE_IN_AFFIX) || txtSuffix.includes(TYPE_IN_AFFIX);
  const affix = (text: string): string => text.replaceAll(TYPE_IN_AFFIX, type);
  const typed = named || type === '' ? label : `${type}-${label}`;
  return [`${affix(txtPrefix)}${typed}${affix(txtSuffix)}`, ...rest].join('.').toLowerCase();
}

/** The owner id in a text of the registry; undefined for any other text. Some providers keep the quotes. */
export function registryOwner(text: string): string | undefined {
  const entries = text.trim().replace(/^"|"$/g, '').split(',');
  if (!entries.includes('heritage=external-dns')) return undefined;
  const owner = entries.find((entry) => entry.startsWith('external-dns/owner='));
  return owner?.slice('external-dns/owner='.length) ?? '';
}
