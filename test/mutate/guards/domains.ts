// Guards of whose a domain is: overlap, proof, the word of the team that holds it.
import { type Guard, guardsOf } from '../guard.ts';

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
  }),
];
