// Guards of whose a domain is: overlap, proof, the word of the team that holds it.
import { type Guard, guardsOf } from '../guard.ts';

const COVER = { servers: 'none', tests: ['test/activities/survey-domains.test.ts'] } as const;
const PLACE = { servers: 'none', tests: ['test/spec/place-hostname.test.ts'] } as const;
const ZONES = { servers: 'none', tests: ['test/contract/dns/delegated-zones.test.ts'] } as const;
const CLOCK = { servers: 'own', tests: ['test/workflows/domain-clock.test.ts'] } as const;
const LIVES = { servers: 'own', tests: ['test/e2e/own-domains.test.ts'] } as const;
const RULES = { servers: 'none', tests: ['test/spec/domain-lifecycle.test.ts'] } as const;

export const DOMAINS: Guard[] = [
  ...guardsOf('src/spec/domain-lifecycle.ts', RULES, {
    'domain-unproven-keeps-nobody-out': { find: 'other.team !== team && holds(other)', replace: 'other.team !== team' },
    'domain-child-below-parent': { find: ' || covers(name, other.name)', replace: '' },
    'domain-parent-above-child': { find: '(covers(other.name, name) || ', replace: '(' },
    'domain-ends-at-a-label': { find: 'name.endsWith(`.${domain}`)', replace: 'name.endsWith(domain)' },
    'domain-of-the-nearest-holder': {
      find: "if (nearest?.team === team) return 'yes';",
      replace: "if (nearest !== undefined) return 'yes';",
    },
    'domain-serves-nothing-while-its-zone-goes': {
      find: "if (nearest?.state === 'leaving') return 'no';",
      replace: '',
    },
  }),
  ...guardsOf('src/activities/survey-domains.ts', COVER, {
    'unregistered-domain-is-refused': {
      find: "problems: covers.filter(({ cover }) => cover === 'no').map((each) => uncovered(team, each)),",
      replace: 'problems: [],',
    },
    'lost-domain-ends-the-wait': { find: 'if (problems.length > 0) throw new NaasError(problems);', replace: '' },
    'handed-over-when-the-dns-above-says-so': {
      find: "delegation?.state === 'delegated' ? [name] : []",
      replace: 'delegation === undefined ? [] : [name]',
    },
  }),
  ...guardsOf('src/spec/place-hostname.ts', PLACE, {
    'wildcard-covers-no-zone-of-the-installation': {
      find: 'if (covered !== undefined) return { why: `would cover names of zone ${covered}` };',
      replace: '',
    },
    'list-is-the-outermost-zones': {
      find: 'return { zone: inner, list: outer, publisher',
      replace: 'return { zone: inner, list: inner, publisher',
    },
    'list-of-a-child-is-its-domains': {
      find: 'return { zone: delegated, list: domain,',
      replace: 'return { zone: delegated, list: delegated,',
    },
    'zone-for-its-teams': {
      find: 'if (zone.teams !== undefined && !zone.teams.includes(team))',
      replace: 'if (false)',
    },
    'whole-zone-for-whom-it-names': {
      find: 'if (plain(name) === inner && !zone.wholeZoneTeams.includes(team))',
      replace: 'if (false)',
    },
  }),
  ...guardsOf('src/providers/azure-dns/zones.ts', ZONES, {
    'zone-is-made-only-where-none-stands': { find: "{ ...handed, ifNoneMatch: '*' }", replace: 'handed' },
    'zone-of-another-is-not-taken': {
      find: 'if (!isOf(live, owner)) throw foreign(zone, live);\n      }',
      replace: '}',
    },
    'zone-of-another-is-not-removed': {
      find: 'if (!isOf(live, owner)) throw foreign(zone, live);\n      const kept',
      replace: 'const kept',
    },
    'zone-is-removed-empty': { find: 'if (kept > 0) throw notEmpty(zone, kept);', replace: '' },
    'zone-of-one-domain': { find: ' && tags[TAG.domain] === domain', replace: '' },
    'zone-is-gone-when-nobody-finds-it': {
      find: 'if ((await read(zone, call)) !== undefined)',
      replace: 'if (false)',
    },
  }),
  ...guardsOf(
    'src/workflows/domain-purchase.ts',
    { ...CLOCK, titled: ['a domain that is to be bought'] },
    {
      'purchase-by-who-approves': { find: 'if (!approves) throw', replace: 'if (false) throw' },
      'purchase-by-somebody-else': { find: 'if (sender === holding.owner)', replace: 'if (false)' },
      'bought-by-who-buys': {
        find: 'if (!operator && purchase?.buys !== true)',
        replace: 'if (false)',
      },
      'only-whole-domains-are-bought': { find: 'if (name !== run.domain) {', replace: 'if (false) {' },
    },
  ),
  ...guardsOf(
    'src/workflows/provision.ts',
    { ...CLOCK, titled: ['a namespace below a domain'] },
    {
      'nothing-is-made-before-the-proof': {
        find: '      await awaitDomains(run, admittedOf(run).spec);\n',
        replace: '',
      },
    },
  ),
  ...guardsOf(
    'src/workflows/provision.ts',
    { ...LIVES, titled: ['just when a namespace claims'] },
    {
      'domain-is-confirmed-when-its-name-is-claimed': {
        find: 'return confirmDomains(run, admittedOf(run).spec);',
        replace: 'return;',
      },
    },
  ),
  ...guardsOf(
    'src/workflows/reach-change.ts',
    { servers: 'own', tests: ['test/proof/reach-changes.test.ts'], titled: ['is put back wherever'] },
    {
      'undo-claims-what-was-released': { find: "if (!reached.includes('removal') && ", replace: 'if (' },
    },
  ),
  ...guardsOf('src/workflows/lost-names.ts', LIVES, {
    'lost-names-stop': { find: 'if (lost.length === 0) return;', replace: 'return;' },
  }),
  ...guardsOf('src/workflows/domain-delegation.ts', LIVES, {
    'zone-goes-after-its-names': {
      find: '      waiting.awaitNamesGone({ zone, domain: run.domain }),\n',
      replace: '      Promise.resolve(void waiting),\n',
    },
    'zone-goes-after-its-ns-set': {
      find: '      waiting.awaitNoDelegation({ zone, nameServers }),\n',
      replace: '      Promise.resolve(void waiting),\n',
    },
  }),
];
