// Guards of admission and of a run's decisions, missed by the stories on the fake: real workflows and activities, in memory.
import { type Guard, guardsOf } from '../guard.ts';

const fake = { servers: 'none', tests: ['test/testing/fake.test.ts'] } as const;

export const STORIES: Guard[] = [
  ...guardsOf('src/activities/admit.ts', fake, {
    'refused-is-not-admitted': {
      find: "return problems.length > 0 ? { verdict: 'refused', problems } : admitted(deps, input, draft);",
      replace: "return problems.length > 1_000 ? { verdict: 'refused', problems } : admitted(deps, input, draft);",
    },
  }),
  ...guardsOf('src/activities/admit-takeover.ts', fake, {
    'adoption-passes-its-guardrails': {
      find: "problems.push(...reach.problems);\n  if (problems.length > 0) return { verdict: 'refused', problems };",
      replace: 'problems.push(...reach.problems);',
    },
    'recovery-by-operators-alone': { find: 'if (!isOperator(sender, deps.catalog)) {', replace: 'if (false) {' },
  }),
  ...guardsOf('src/activities/admit-change.ts', fake, {
    'change-by-who-may': { find: 'if (isOperator(by, catalog) || isAmong(people, by)) return;', replace: 'return;' },
    'change-keeps-the-identity': { find: '  keepIdentity(applied.spec, spec);\n', replace: '' },
  }),
  ...guardsOf('src/workflows/submission.ts', fake, {
    'held-name-is-a-conflict': { find: 'if (!same || !livesOrComes(run)) throw conflict(run, message);', replace: '' },
    'request-id-has-one-content': {
      find: 'if (earlier !== undefined || (ofThisRun && bodySha256 !== ownSha256)) {',
      replace: 'if (false) {',
    },
    'resting-name-is-its-teams': {
      find: 'if (team === spec.team && (operator || isAmong(rights.submit ?? { users: [], groups: [] }, sender))) {',
      replace: 'if (true) {',
    },
    'resting-name-is-asked-for-by-who-may': {
      find: 'if (team === spec.team && (operator || isAmong(rights.submit ?? { users: [], groups: [] }, sender))) {',
      replace: 'if (team === spec.team) {',
    },
  }),
  ...guardsOf('src/workflows/sender.ts', fake, {
    'message-by-who-may': {
      find: 'if (!operator) allow(run, message, sender, await rightsOn(run, message));',
      replace: 'void (operator || (await rightsOn(run, message)));',
    },
    'mending-by-operators-alone': {
      find: 'const { sender, operator, nonce } = await prove(run, message, by, body);\n  if (!operator) {',
      replace:
        'const { sender, operator, nonce } = await prove(run, message, by, body);\n  if (!operator && operator) {',
    },
    'proof-of-a-message-counts-once': {
      find: 'if (state.nonces?.includes(nonce)) {',
      replace: 'if (false) {',
      servers: 'own',
      tests: ['test/proof/replayed-proofs.test.ts'],
      titled: ['cancels one change, and never the next one'],
    },
    'table-is-asked': { find: "if (cell.answer === 'refuse') throw refused(run, cell);", replace: '' },
    'unproven-decides-nothing': {
      find: "receivedAtMs: Date.now(),\n  });\n  if ('problem' in verified) throw refusal(verified.problem);",
      replace:
        "receivedAtMs: Date.now(),\n  });\n  if ('problem' in verified) return { sender: { subject: 'nobody', groups: [] }, nonce: '' };",
      servers: 'own',
      tests: ['test/workflows/unsigned-claims.test.ts'],
      titled: ['an unsigned decision is refused by update'],
    },
  }),
  ...guardsOf('src/workflows/operator.ts', fake, {
    'skip-of-what-was-seen': { find: 'if (others.length === 0) return;', replace: 'if (others.length >= 0) return;' },
  }),
  ...guardsOf('src/workflows/change.ts', fake, {
    'words-of-a-change-are-kept': {
      find: "if ('request' in message) holdAsWritten(run, message);",
      replace: 'void holdAsWritten;',
    },
    'change-from-the-plan-that-holds': {
      find: 'if (basedOn !== undefined && basedOn !== null) hold(run, basedOn);',
      replace: '',
    },
    'change-id-has-one-content': { find: 'if (earlier !== undefined) {', replace: 'if (false) {' },
    'change-of-people-waits-for-them': {
      find: 'if (admission.approval.slots.length === 0)\n    return beginApplying',
      replace: 'if (true)\n    return beginApplying',
    },
  }),
  ...guardsOf('src/workflows/provision.ts', fake, {
    'intended-before-it-is-written': {
      find: "  state.inventory.push(...admission.refs[stage].map((ref): ObjectEntry => ({ ...ref, stage, state: 'intended' })));\n",
      replace: '',
    },
    'failed-is-undone': {
      find: "  step(run, 'undoing');\n  return undo(run);",
      replace: "  return enter(run, 'failed', 'undoing', 'it failed');",
    },
  }),
  ...guardsOf('src/workflows/approval.ts', fake, {
    'one-no-ends-it': {
      find: "if (no !== undefined) return dismiss(run, 'Rejected',",
      replace: "if (false) return dismiss(run, 'Rejected',",
    },
    'undecided-lapses': {
      find: "return dismiss(run, 'Lapsed', `nobody decided within ${minutes} minutes`);",
      replace: 'return void minutes;',
    },
  }),
  ...guardsOf('src/workflows/removal.ts', fake, {
    'what-fails-blocks': { find: '    block(run, result.why);\n', replace: '    void block;\n    return true;\n' },
  }),
  ...guardsOf('src/workflows/transition.ts', fake, {
    'change-is-put-back': {
      find: 'if (images === undefined || reached.length === 0)',
      replace: 'if (images === undefined || reached.length >= 0)',
      servers: 'own',
      tests: ['test/workflows/change.test.ts'],
      titled: ['puts everything back'],
    },
  }),
  ...guardsOf('src/workflows/operation.ts', fake, {
    'moved-is-asked-again': {
      find: 'if (moved !== undefined) return askAgain(run, operation, moved);',
      replace: '',
      servers: 'own',
      tests: ['test/workflows/change.test.ts'],
      titled: ['asks people again'],
    },
  }),
];
