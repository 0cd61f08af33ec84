// Guards of who a sender is: signatures, claims, keys.
import { type Guard, guardsOf } from '../guard.ts';

const proofs = (name: string) => ({ servers: 'none', tests: [`test/providers/proofs/${name}.test.ts`] }) as const;

export const PROOFS: Guard[] = [
  ...guardsOf('src/providers/proofs/trusted-keys.ts', proofs('claims'), {
    'signature-of-a-listed-algorithm': { find: '    algorithms: ALGORITHMS,\n', replace: '' },
    'proof-says-until-when': {
      find: "requiredClaims: ['iat', 'exp', 'nonce', 'subject'],",
      replace: "requiredClaims: ['iat', 'nonce', 'subject'],",
    },
    'proof-is-not-expired': { find: 'currentDate: new Date(atMs),', replace: 'currentDate: new Date(0),' },
    'proof-is-young': { find: 'maxTokenAge: MAX_AGE_SECONDS,', replace: '' },
    'proof-is-for-this-message': { find: 'if (!allowed.includes(payload[claim]))', replace: 'if (false)' },
    'proof-is-of-this-life': { find: 'if (earlierSeconds >= 1)', replace: 'if (false)' },
    'proof-says-when-it-was-signed': { find: "if (typeof iat !== 'number') throw", replace: 'if (false) throw' },
    'proof-subject-in-one-spelling': { find: 'subject: canonicalSubject(subject)', replace: 'subject' },
    'proof-groups-in-one-spelling': { find: 'groups.flatMap(knownSpelling)', replace: 'groups' },
    'proof-nonce-is-a-text': {
      find: "if (typeof nonce !== 'string' || nonce === '') throw",
      replace: 'if (false) throw',
    },
    'proof-groups-are-texts': { find: " || !groups.every((group) => typeof group === 'string')", replace: '' },
  }),
  ...guardsOf('src/providers/proofs/key-set.ts', proofs('trusted-keys'), {
    'trusted-keys-are-public': { find: "if ('d' in key || 'k' in key) return", replace: 'if (false) return' },
    'trusted-keys-are-few': { find: 'if (keys.length > MAX_KEYS) throw', replace: 'if (false) throw' },
  }),
  ...guardsOf('src/providers/proofs/key-fetch.ts', proofs('trusted-keys'), {
    'keys-from-the-configured-address': { find: "redirect: 'manual'", replace: "redirect: 'follow'" },
    'key-answer-is-bounded': { find: 'if (bytes > MAX_BYTES) throw', replace: 'if (false) throw' },
  }),
  ...guardsOf('src/providers/proofs/key-url.ts', proofs('trusted-keys'), {
    'forged-keys-are-no-load': { find: 'if (isResting()) return;', replace: '' },
    'old-keys-end': { find: ' || ageMs() >= keepMs) throw', replace: ') throw' },
    'keys-taken-away-end': {
      find: 'if (ageMs() >= freshMs) await refresh();',
      replace: 'if (good === undefined) await refresh();',
    },
    'new-key-is-not-refused-unasked': {
      find: 'if (failure !== undefined) throw unreadable(url, failure);',
      replace: '',
    },
  }),
  ...guardsOf('src/providers/proofs/senders.ts', proofs('senders'), {
    'unsigned-counts-for-nothing': { find: "if (trust !== 'temporal')", replace: 'if (false)' },
    'no-keys-no-start': { find: "if (trust === 'signed' && signed === undefined) {", replace: 'if (false) {' },
    'claim-imitates-no-component': {
      find: 'if (!settled.subject.startsWith(KEPT_PREFIX)) return settled.subject;',
      replace: 'return settled.subject;',
    },
    'claim-has-its-shape': { find: 'if (wrong !== undefined) throw', replace: 'if (false) throw' },
    'token-needs-a-key': {
      find: "if (signed === undefined) throw unproven('no trusted keys are configured that could verify its signature', field);",
      replace: "if (signed === undefined) return takenAtTheirWord({ subject: 'ada@example.com' }, field);",
    },
  }),
];
