// CAA records (RFC 8659): their form, and whether they let an authority issue a certificate, so that a request that cannot succeed
// fails before it asks. Pure; whoever asks the servers follows aliases and gives what they answered.
import { asciiName } from './dns-name.ts';

const TAGS: readonly string[] = ['issue', 'issuewild', 'iodef'];
/** An authority that does not know the tag may not issue. */
const CRITICAL = 128;
/** As long as Azure DNS takes. */
const MAX_VALUE_LENGTH = 1024;

interface Caa {
  flags: number;
  tag: string;
  value: string;
}

export type CaaAnswer = { allowed: true } | { allowed: false; why: string };

/** `<flags> <tag> "<value>"`, or why the text is no record that naas writes. */
export function canonicalCaa(text: string): { value: string } | { why: string } {
  const caa = parseCaa(text);
  if (caa === undefined) return { why: 'expected flags, tag and value, such as 0 issue "ca.example.com"' };
  const { flags, tag, value } = caa;
  if (flags > 255) return { why: `its flags are ${flags}; they are 0 to 255` };
  if (!TAGS.includes(tag)) return { why: `its tag "${tag}" is none of ${TAGS.join(', ')}` };
  if (value.length > MAX_VALUE_LENGTH) return { why: `its value has more than ${MAX_VALUE_LENGTH} characters` };
  if (tag === 'iodef')
    return /^(mailto:[^\s@]+@[^\s@]+|https?:\/\/\S+)$/.test(value)
      ? { value: write(caa) }
      : { why: 'its value is no mailto:, http: or https: address' };
  const issuer = issuerOf(value);
  if (issuer === undefined) return { why: 'its value is no domain of an authority with parameters (name=value)' };
  const parts = [issuer.domain, ...issuer.parameters].join('; ');
  return { value: write({ flags, tag, value: parts === '' ? ';' : parts }) };
}

/** Whose CAA sets count for a name, the first one that is there: the name and all above it. A wildcard begins at its domain. */
export function caaNames(name: string): string[] {
  const labels = name.replace(/^\*\./, '').split('.');
  return labels.map((_, index) => labels.slice(index).join('.'));
}

/**
 * `sets`: the values found at each of `caaNames`, in that order, empty where there are none. Parameters such as `accounturi` only the
 * authority can judge: they forbid nothing here. What cannot be read forbids, as authorities have to take it.
 */
export function caaAllows(
  sets: readonly (readonly string[])[],
  issuerDomains: readonly string[],
  { wildcard }: { wildcard: boolean },
): CaaAnswer {
  const relevant = sets.find((set) => set.length > 0) ?? [];
  const records: Caa[] = [];
  for (const text of relevant) {
    const caa = parseCaa(text);
    if (caa === undefined) return { allowed: false, why: 'a CAA record cannot be read' };
    if ((caa.flags & CRITICAL) !== 0 && !TAGS.includes(caa.tag))
      return { allowed: false, why: `a critical CAA record has the tag "${caa.tag}", which is not known` };
    records.push(caa);
  }
  const wild = wildcard && records.some(({ tag }) => tag === 'issuewild');
  const deciding = records.filter(({ tag }) => tag === (wild ? 'issuewild' : 'issue'));
  const allowed = deciding.map(({ value }) => issuerOf(value)?.domain ?? '').filter((domain) => domain !== '');
  if (deciding.length === 0 || allowed.some((domain) => issuerDomains.includes(domain))) return { allowed: true };
  const whom = allowed.length === 0 ? 'no authority' : allowed.join(', ');
  return {
    allowed: false,
    why: `its CAA records let ${whom} issue${wild ? ' wildcards' : ''}, not ${issuerDomains.join(' or ')}`,
  };
}

function parseCaa(text: string): Caa | undefined {
  const parts = /^(\d{1,3}) +([a-z0-9]+) +(?:"([ !#-[\]-~]*)"|([!#-[\]-~]+))$/i.exec(text);
  if (parts === null) return undefined;
  const [, flags = '', tag = '', quoted, bare] = parts;
  return { flags: Number(flags), tag: tag.toLowerCase(), value: quoted ?? bare ?? '' };
}

/** An empty domain lets nobody issue. undefined: the value is not in the form of RFC 8659, section 4.2. */
function issuerOf(value: string): { domain: string; parameters: string[] } | undefined {
  const [first = '', ...rest] = value.split(';').map((part) => part.trim());
  if (rest.at(-1) === '') rest.pop();
  const result = first === '' ? { name: '' } : asciiName(first, { underscores: false, wildcard: false });
  if (!('name' in result)) return undefined;
  const parameters = rest.map((part) => /^([a-z0-9](?:-?[a-z0-9])*) *= *([!-~]*)$/i.exec(part));
  if (!parameters.every((part) => part !== null)) return undefined;
  return { domain: result.name, parameters: parameters.map(([, name, argument]) => `${name}=${argument}`) };
}

function write({ flags, tag, value }: Caa): string {
  return `${flags} ${tag} "${value}"`;
}
