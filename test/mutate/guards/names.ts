// Guards of names: one spelling each, one owner each, records in form, proofs that nobody can copy.
import { type Guard, guardsOf } from '../guard.ts';

const spec = (name: string) => ({ servers: 'none', tests: [`test/spec/${name}.test.ts`] }) as const;

export const NAMES: Guard[] = [
  ...guardsOf('src/spec/dns-name.ts', spec('hostnames'), {
    'name-is-no-address': { find: 'return { why: AN_ADDRESS };\n  const wildcard', replace: '{}\n  const wildcard' },
    'name-is-more-than-a-star': { find: 'if (wildcard && labels.length === 1)', replace: 'if (false)' },
    'name-is-of-bounded-length': { find: 'if (name.length > MAX_NAME_LENGTH)', replace: 'if (false)' },
    'name-ends-in-no-number': { find: String.raw`if (/^(\d+|0x[0-9a-f]*)$/.test(last))`, replace: 'if (false)' },
    'label-is-not-empty': { find: "if (label === '') return", replace: 'if (false) return' },
    'label-has-no-star': { find: "if (label.includes('*'))", replace: 'if (false)' },
    'label-is-of-letters': {
      find: 'if (strange !== undefined)\n    return `its label',
      replace: 'if (false)\n    return `its label',
    },
    'label-of-a-host-has-no-underscore': { find: "if (!underscores && label.includes('_'))", replace: 'if (false)' },
    'label-begins-with-its-underscore': {
      find: "if (label.lastIndexOf('_') > 0 || label === '_')",
      replace: 'if (false)',
    },
    'label-has-no-hyphen-at-its-ends': { find: 'if (/^_?-|-$/.test(label))', replace: 'if (false)' },
    'label-in-no-unknown-encoding': {
      find: "if (/^..--/u.test(label) && !label.startsWith('xn--'))",
      replace: 'if (false)',
    },
    'label-is-of-bounded-length': { find: 'if (label.length > MAX_LABEL_LENGTH)', replace: 'if (false)' },
    'name-without-its-last-dot': { find: "labels.length > 1 && labels.at(-1) === '' ?", replace: 'false ?' },
    'zone-ends-at-a-dot': {
      find: 'name.endsWith(`.${zone}`)',
      replace: 'name.endsWith(zone)',
      tests: ['test/spec/hostname-claims.test.ts'],
    },
    'refusal-is-safe-on-a-terminal': {
      find: String.raw`.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')`,
      replace: '',
      tests: ['test/spec/record-form.test.ts'],
    },
  }),
  ...guardsOf('src/spec/hostnames.ts', spec('hostnames'), {
    'name-is-all-to-be-seen': { find: 'if (unseen !== undefined) return', replace: 'if (false) return' },
    'name-is-not-too-long-to-look-at': {
      find: 'if (text.length > MAX_TEXT_LENGTH) return',
      replace: 'if (false) return',
    },
    'name-in-one-direction': { find: "'name' in result && !isOneDirection(labels)", replace: 'false' },
    'a-label-decodes': { find: 'if (error || toASCII(read) === null ||', replace: 'if (' },
    'a-label-is-all-to-be-seen': { find: 'const why = unseenIn(read) ?? ', replace: 'const why = ' },
    'label-in-form': { find: 'wrongLabel(read, rules) ?? ', replace: '' },
    'label-in-one-script': { find: ' ?? wrongScript(read);', replace: ';' },
    'underscore-beside-ascii-alone': { find: "if (label !== read && read.includes('_'))", replace: 'if (false)' },
    'people-are-shown-no-imitation': {
      find: "'name' in back && back.name === name ? domain : name",
      replace: 'domain',
    },
    'private-suffixes-are-public': { find: 'allowPrivateDomains: true', replace: 'allowPrivateDomains: false' },
  }),
  ...guardsOf('src/spec/label-scripts.ts', spec('hostnames'), {
    'label-of-letters-and-digits': { find: 'if (sign !== undefined) return', replace: 'if (false) return' },
    'label-without-phonetic-letters': { find: 'if (phonetic !== undefined) return', replace: 'if (false) return' },
    'label-without-modifiers': { find: 'if (modifier !== undefined) return', replace: 'if (false) return' },
    'label-in-scripts-of-today': { find: 'if (stranger !== undefined) return', replace: 'if (false) return' },
    'label-mixes-no-scripts': {
      find: 'return `mixes ${[...new Set(named)]',
      replace: 'return undefined && `${[...new Set(named)]',
    },
    'label-mixes-no-digits': { find: 'return zeros.size > 1 ?', replace: 'return false ?' },
    'label-without-hidden-marks': { find: 'return HIDDEN_MARKS.some(', replace: 'return [].some(' },
    'label-does-not-look-latin': { find: 'letters.length > 0 && letters.every(', replace: 'false && letters.every(' },
    'look-without-marks': { find: String.raw`label.normalize('NFD').replace(/\p{M}/gu, '')`, replace: 'label' },
  }),
  ...guardsOf('src/spec/hostname-overlap.ts', spec('hostname-overlap'), {
    'wildcard-covers-at-every-depth': {
      find: 'return isWithin(lower, upper) && (isWildcard(narrow) || lower !== upper);',
      replace: "return lower.slice(lower.indexOf('.') + 1) === upper;",
    },
    'wildcard-covers-not-its-domain': { find: ' && (isWildcard(narrow) || lower !== upper)', replace: '' },
    'overlap-either-way': { find: ' || covers(right, left)', replace: '' },
    'shadow-below-names-between': { find: 'new Set(zoneNames.flatMap(withAncestors))', replace: 'new Set(zoneNames)' },
  }),
  ...guardsOf('src/spec/hostname-claims.ts', spec('hostname-claims'), {
    'claim-within-its-zone': { find: 'if (outside.length > 0) return', replace: 'if (false) return' },
    'claim-of-nothing-taken': { find: 'if (taken.length > 0) return', replace: 'if (false) return' },
    'claim-sees-overlaps': { find: 'overlaps(each.name, name) &&', replace: 'each.name === name &&' },
    'claim-after-the-rest': {
      find: "return each.state === 'released' && each.namespace === namespace && each.team === team;",
      replace: "return each.state === 'released';",
    },
    'rest-is-the-namespace-s': { find: 'each.namespace === namespace && ', replace: '' },
    'rest-is-the-team-s': { find: ' && each.team === team;', replace: ';' },
    'held-is-its-incarnation-s': {
      find: "return each.state === 'released' && each.namespace",
      replace: 'return each.namespace',
    },
    'rest-comes-to-an-end': { find: "each.state === 'held' || Date.parse(each.freeAfter) > nowMs", replace: 'true' },
    'undo-keeps-the-rest': {
      find: "return each.state === 'held' && each.incarnation === incarnation;",
      replace: 'return each.incarnation === incarnation;',
    },
    'longer-rest-counts': { find: 'other.freeAfter >= each.freeAfter) continue;', replace: 'false) continue;' },
    'claim-within-one-object': {
      find: 'held.length === claims.length - others.length ? undefined : fullBy(after)',
      replace: 'undefined',
      tests: ['test/spec/hostname-claims-text.test.ts'],
    },
  }),
  ...guardsOf('src/spec/hostname-claims-text.ts', spec('hostname-claims-text'), {
    'claims-of-this-zone': { find: 'if (head !== headOf(zone)) throw', replace: 'if (false) throw' },
    'claims-to-the-last-line': {
      find: "if (lines.pop() !== '') throw",
      replace: 'if (lines.pop() === undefined) throw',
    },
    'claims-once-each': { find: 'if (seen.has(keyOf(each))) throw', replace: 'if (false) throw' },
    'claims-of-one-owner': { find: 'if (other !== undefined) throw', replace: 'if (false) throw' },
    'claims-by-canonical-names': {
      find: "if (!('name' in result) || result.name !== name) throw",
      replace: 'if (false) throw',
    },
    'claims-by-whole-owners': {
      find: 'if (![team, namespace, incarnation].every((word) => DNS_LABEL.test(word)))',
      replace: 'if (false)',
    },
    'claims-in-one-spelling': { find: 'if (lineOf(claim, zone) !== line) throw', replace: 'if (false) throw' },
    'claims-that-can-be-read-again': { find: '  readClaims(zone, text);\n', replace: '' },
    'release-has-its-room': { find: "each.state === 'held' ? TIME_LENGTH : 0", replace: '0' },
    'claims-are-counted': { find: "if (claims.length > MAX_CLAIMS) return 'names';", replace: '' },
    'rest-never-too-short': {
      find: 'Math.ceil(timeMs / 1000)',
      replace: 'Math.floor(timeMs / 1000)',
      tests: ['test/spec/hostname-claims.test.ts'],
    },
  }),
  ...guardsOf('src/spec/record-form.ts', spec('record-form'), {
    'record-in-its-zone': { find: 'ownName !== undefined && !isWithin(ownName, zoneName)', replace: 'false' },
    'record-of-a-host-at-a-host': { find: 'underscores: !AT_HOSTS.includes(type)', replace: 'underscores: true' },
    'record-with-a-ttl': { find: 'if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 ||', replace: 'if (' },
    'record-with-a-ttl-that-dns-has': { find: ' || ttlSeconds > MAX_TTL_SECONDS)', replace: ')' },
    'alias-name-not-at-the-apex': { find: "if (type === 'CNAME' && name === zone)", replace: 'if (false)' },
    'delegation-not-at-the-apex': {
      find: "if (type === 'NS' && name === zone)",
      replace: 'if (false)',
    },
    'delegation-not-at-a-wildcard': {
      find: "if (type === 'NS' && name.startsWith('*.')) refuse(",
      replace: 'if (false) refuse(',
    },
    'record-of-few-values': { find: 'if (single.length > MAX_VALUES) refuse(', replace: 'if (false) refuse(' },
    'record-with-a-value': {
      find: 'if (single.length === 0 && alias === undefined) refuse(',
      replace: 'if (false) refuse(',
    },
    'alias-name-has-one-target': {
      find: "if (type === 'CNAME' && single.length > 1) refuse(",
      replace: 'if (false) refuse(',
    },
    'alias-name-of-another': {
      find: "if (type === 'CNAME' && single.includes(name)) refuse(",
      replace: 'if (false) refuse(',
    },
    'text-of-bounded-length': { find: 'if (bytes > MAX_TXT_BYTES) refuse(', replace: 'if (false) refuse(' },
    'text-is-counted-in-bytes': { find: 'new TextEncoder().encode(text).length', replace: 'text.length' },
    'alias-of-few-types': { find: 'if (!ALIASED.includes(type)) refuse(', replace: 'if (false) refuse(' },
    'alias-instead-of-values': { find: 'if (values.length > 0) refuse(', replace: 'if (false) refuse(' },
    'alias-in-plain-text': { find: 'if (!/^[!-~]{1,2048}$/.test(alias)) refuse(', replace: 'if (false) refuse(' },
    'record-once': {
      find: 'if (before.some((other) => keyOf(other) === keyOf(set))) refuse(',
      replace: 'if (false) refuse(',
    },
    'alias-name-beside-nothing': { find: "if (set.type === 'CNAME' && others.length > 0) {", replace: 'if (false) {' },
  }),
  ...guardsOf('src/spec/record-values.ts', spec('record-form'), {
    'address-in-its-family': { find: 'if (base >> 32n === 0xffffn) return', replace: 'if (false) return' },
    'text-is-not-empty': { find: "if (text === '') return", replace: 'if (false) return' },
    'text-without-control-characters': { find: 'if (control !== undefined) return', replace: 'if (false) return' },
    'text-of-whole-characters': { find: 'if (!text.isWellFormed()) return', replace: 'if (false) return' },
  }),
  ...guardsOf('src/spec/caa.ts', spec('record-form'), {
    'authority-flags-in-a-byte': { find: 'if (flags > 255) return', replace: 'if (false) return' },
    'authority-tags-that-are-known': { find: 'if (!TAGS.includes(tag)) return', replace: 'if (false) return' },
    'authority-value-of-bounded-length': {
      find: 'if (value.length > MAX_VALUE_LENGTH) return',
      replace: 'if (false) return',
    },
    'authority-is-a-domain': {
      find: 'if (issuer === undefined) return',
      replace: 'if (issuer === undefined) return { value: text }; else if (false) return',
    },
  }),
  ...guardsOf('src/spec/caa.ts', spec('caa'), {
    'authority-by-the-closest-set': { find: 'sets.find((set) => set.length > 0) ?? []', replace: 'sets.flat()' },
    'authority-by-what-can-be-read': {
      find: 'if (caa === undefined) return { allowed: false',
      replace: 'if (caa === undefined) return { allowed: true',
    },
    'authority-knows-what-is-critical': {
      find: 'if ((caa.flags & CRITICAL) !== 0 && !TAGS.includes(caa.tag))',
      replace: 'if (false)',
    },
    'wildcards-by-their-own-records': {
      find: "const wild = wildcard && records.some(({ tag }) => tag === 'issuewild');",
      replace: 'const wild = false;',
    },
    'hosts-not-by-wildcards': { find: 'const wild = wildcard && ', replace: 'const wild = ' },
    'authority-is-ours': {
      find: 'allowed.some((domain) => issuerDomains.includes(domain))',
      replace: 'allowed.length > 0',
    },
    'nobody-is-no-authority': { find: 'if (deciding.length === 0 ||', replace: 'if (allowed.length === 0 ||' },
  }),
  ...guardsOf('src/spec/domain-challenge.ts', spec('domain-challenge'), {
    'proof-by-a-long-key': { find: 'if (key.length < MIN_KEY_BYTES)', replace: 'if (false)' },
    'proof-of-one-triple': {
      find: 'canonicalJson([PURPOSE, installation, domain, team])',
      replace: '`${PURPOSE}${canonicalJson(1)}${installation},${domain},${team}`',
    },
    'proof-of-the-installation': { find: '[PURPOSE, installation, domain, team]', replace: '[PURPOSE, domain, team]' },
    'proof-of-the-domain': { find: '[PURPOSE, installation, domain, team]', replace: '[PURPOSE, installation, team]' },
    'proof-of-the-team': { find: '[PURPOSE, installation, domain, team]', replace: '[PURPOSE, installation, domain]' },
    'proof-has-a-purpose': { find: '[PURPOSE, installation, domain, team]', replace: '[installation, domain, team]' },
    'proof-to-the-last-letter': {
      find: 'let difference = text.length ^ expected.length;',
      replace: 'let difference = 0;',
    },
    'proof-by-every-letter': { find: 'difference |= text', replace: 'difference &= text' },
  }),
];
