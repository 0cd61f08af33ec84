// Guards of what strangers write: requests, YAML, names, networks.
import { type Guard, guardsOf } from '../guard.ts';

const spec = (name: string) => ({ servers: 'none', tests: [`test/spec/${name}.test.ts`] }) as const;

export const INPUT: Guard[] = [
  ...guardsOf('src/spec/yaml-source.ts', spec('yaml-source'), {
    'yaml-alias': {
      find: 'if (isAlias(node)) return refuse(',
      replace: 'if (isAlias(node)) return null; else if (false) refuse(',
    },
    'yaml-anchor': { find: 'if (node.anchor !== undefined)', replace: 'if (false)' },
    'yaml-tag': { find: 'if (node.tag !== undefined) return refuse(', replace: 'if (false) refuse(' },
    'yaml-duplicate-key': { find: 'if (Object.hasOwn(record, name)) refuse(', replace: 'if (false) refuse(' },
    'yaml-directive': { find: 'if (document.directives?.yaml.explicit === true)', replace: 'if (false)' },
    'yaml-key-is-text': { find: "typeof key.value !== 'string' ||", replace: '' },
    'yaml-size': {
      find: 'if (text.length > MAX_SOURCE_BYTES || new TextEncoder().encode(text).length > MAX_SOURCE_BYTES)',
      replace: 'if (false)',
    },
    'yaml-nul': { find: "if (text.includes('\\0'))", replace: 'if (false)' },
    'yaml-depth': { find: 'if (path.length > MAX_DEPTH) return refuse(', replace: 'if (false) refuse(' },
    'yaml-depth-before-parsing': { find: 'return deepestBracket(text) > MAX_DEPTH ?', replace: 'return false ?' },
    'yaml-proto-is-a-key': {
      find: 'Object.defineProperty(record, name, { value: item, enumerable: true, configurable: true, writable: true });',
      replace: 'record[name] = item;',
    },
  }),
  ...guardsOf('src/spec/plain-data.ts', spec('request'), {
    'data-reaches-into-no-prototype': {
      find: 'if (REFUSED_KEYS.includes(key)) refuse(',
      replace: 'if (false) refuse(',
    },
    'data-is-not-computed': {
      find: "else if (!('value' in property)) refuse([...path, key], 'it is computed, not data');",
      replace: "else if (!('value' in property)) walk((record as Record<string, unknown>)[key], [...path, key]);",
    },
    'data-contains-not-itself': {
      find: "if (above.has(current)) return void refuse(path, 'it contains itself');",
      replace: '',
    },
    'data-is-plain': {
      find: 'if (prototype !== null && Object.getPrototypeOf(prototype) !== null)',
      replace: 'if (false)',
    },
    'data-is-of-sane-size': { find: 'if (values > MAX_VALUES) refuse(', replace: 'if (false) refuse(' },
  }),
  ...guardsOf('src/spec/request.ts', spec('request'), {
    'request-unknown-field': { find: '.strictObject({\n    apiVersion:', replace: '.object({\n    apiVersion:' },
    'request-names-no-component': { find: "settled.subject.startsWith('system:')", replace: 'false' },
    'request-names-are-visible': {
      find: String.raw`/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|^\s|\s$/u.test(text) || text.normalize('NFKC') !== text`,
      replace: 'false',
    },
    'request-text-turns-nothing-round': {
      find: String.raw`/^[^\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u`,
      replace: String.raw`/^[^\p{Cc}\p{Cs}]*$/u`,
    },
    'request-text-is-one-line': {
      find: String.raw`/^[^\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u`,
      replace: String.raw`/^[^\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u`,
    },
    'request-maps-are-bounded': {
      find: '.refine((record) => Object.keys(record).length <= most, `at most ${most} entries`)',
      replace: '',
    },
  }),
  ...guardsOf('src/spec/subjects.ts', spec('subjects'), {
    'person-in-one-script': { find: 'if (scripts.length > 1)', replace: 'if (false)' },
    'person-without-unseen-characters': { find: ".replace(UNSEEN, '')", replace: '' },
    'person-in-one-case': { find: '.toLowerCase()', replace: '' },
    'person-in-one-width': {
      find: "text.normalize('NFKC').replace(UNSEEN, '').toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');",
      replace: "text.replace(UNSEEN, '').toLowerCase().replaceAll('ς', 'σ');",
    },
    'person-is-somebody': { find: "if (subject === '') return", replace: 'if (false) return' },
    'person-is-not-too-long': { find: 'if (subject.length > SUBJECT_MAX_LENGTH)', replace: 'if (false)' },
  }),
  ...guardsOf('src/spec/proof.ts', spec('proof'), {
    'claim-has-no-strange-field': { find: 'if (strange !== undefined) return', replace: 'if (false) return' },
    'claim-names-somebody': { find: "if (!isName(claim['subject'])) return", replace: 'if (false) return' },
    'claim-groups-are-bounded': { find: ' || groups.length > MAX_CLAIMED_GROUPS', replace: '' },
    'token-is-bounded': { find: 'value.length <= MAX_TOKEN_LENGTH ?', replace: 'true ?' },
  }),
  ...guardsOf('src/spec/canonical.ts', spec('canonical'), {
    'digest-of-finite-numbers': { find: 'if (!Number.isFinite(value)) throw', replace: 'if (false) throw' },
    'digest-of-no-cycle': { find: 'if (above.includes(value)) throw', replace: 'if (false) throw' },
    'digest-of-bounded-depth': { find: 'if (above.length >= MAX_DEPTH) throw', replace: 'if (false) throw' },
  }),
  ...guardsOf('src/spec/cidr.ts', spec('cidr'), {
    'network-without-host-bits': {
      find: "if (base & ((1n << BigInt(bits - prefix)) - 1n)) return { why: 'its host bits are not zero' };",
      replace: '',
    },
    'network-in-no-disguise': {
      find: 'if (family === 6 && prefix > 80 && overlaps(',
      replace: 'if (false && overlaps(',
    },
    'network-in-one-spelling': { find: 'if (plain !== address) return', replace: 'if (false) return' },
  }),
  ...guardsOf('src/spec/resolve.ts', spec('resolve'), {
    'reserved-name': { find: 'if (reserved === undefined) return [];', replace: 'return [];' },
    'lease-of-the-tier': { find: 'if (days <= lease.maximumDays) return [];', replace: 'return [];' },
    'tier-of-the-template': { find: 'if (template.tiers.includes(request.tier)) return [];', replace: 'return [];' },
    'cluster-that-is-configured': {
      find: 'if (request.cluster !== undefined && request.cluster !== context.cluster)',
      replace: 'if (false)',
    },
    'project-of-the-team': {
      find: 'if (team?.projects !== undefined && !team.projects.includes(request.project)) {',
      replace: 'if (false) {',
    },
    'labels-on-the-list': {
      find: "problems.push(...keyProblems('labels', request.labels ?? {}, catalog.policy.allowedLabels));",
      replace: '',
    },
    'annotations-on-the-list': {
      find: "problems.push(...keyProblems('annotations', request.annotations ?? {}, catalog.policy.allowedAnnotations));",
      replace: '',
    },
  }),
  ...guardsOf('src/spec/resolve-keys.ts', spec('resolve'), {
    'own-keys-of-naas': { find: 'if (isOwned(key)) return refuse(', replace: 'if (false) return refuse(' },
  }),
  ...guardsOf('src/spec/resolve-network.ts', spec('resolve'), {
    'egress-never-to-the-platform': { find: 'return kept === undefined', replace: 'return true' },
    'egress-no-wider-than-policy': { find: 'if (parsed.prefix < shortest)', replace: 'if (false)' },
    'egress-to-no-reserved-namespace': { find: 'if (reserved === undefined) return [];', replace: 'return [];' },
    'profile-of-the-template': {
      find: 'if (template !== undefined && !template.network.allowedProfiles.includes(profile)) {',
      replace: 'if (false) {',
    },
    'source-has-one-team': { find: 'if (other !== undefined && other !== team)', replace: 'if (false)' },
  }),
  ...guardsOf('src/spec/resolve-quota.ts', spec('resolve'), {
    'quota-within-the-tier': { find: '} else if (isOutside(canonical, bounds)) {', replace: '} else if (false) {' },
    'quota-key-that-may-change': {
      find: 'if (bounds === undefined) {',
      replace: 'if (bounds === undefined) quota[key] = canonical;\n    else if (false) {',
    },
  }),
];
