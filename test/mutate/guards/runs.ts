// Guards of a run that only the real servers can take away unnoticed, or not.
import { type Guard, guardsOf } from '../guard.ts';

/** Until then no worker runs in its file. */
const WORKER_COMES = 'loses no request whose update never arrived';

const on = (name: string, ...titled: string[]) =>
  ({ servers: 'own', tests: [`test/${name}.test.ts`], ...(titled.length === 0 ? {} : { titled }) }) as const;

export const RUNS: Guard[] = [
  ...guardsOf('src/workflows/provision.ts', on('proof/order'), {
    'stages-in-their-order': {
      find: "  ['guardrails'],\n  ['route', 'equipment'],",
      replace: "  ['access'],\n  ['guardrails'],\n  ['route', 'equipment'],",
    },
    'cancel-counts-to-the-end': {
      find: 'if (run.state.cancelledBy !== undefined) return turnBack(run, [cancelled(run)]);',
      replace: '',
      ...on('workflows/cancel', 'in the very last write'),
    },
  }),
  ...guardsOf('src/workflows/removal.ts', on('proof/order'), {
    'access-off-before-the-deletion': {
      find: '[revokeAccess, withdrawRecords, removeRoute, awaitOthers, deleteNamespace, releaseNames]',
      replace: '[deleteNamespace, withdrawRecords, removeRoute, awaitOthers, revokeAccess, releaseNames]',
    },
    'access-is-suspected-again': {
      find: '    () => suspectAccess(run),\n',
      replace: '    () => void suspectAccess,\n',
      ...on('workflows/pause'),
    },
    'gone-before-it-is-said': {
      find: 'if (!gone && (stuck || isOverdue(run))) return { ...keptBy(entries, remaining), retryAfterMs };\n      if (!gone) return dies(run, remaining);',
      replace: 'void [gone, stuck, remaining, retryAfterMs, isOverdue, keptBy, dies];',
      ...on('proof/stuck-namespace'),
    },
  }),
  ...guardsOf('src/workflows/lifecycle.ts', on('workflows/cancel'), {
    'native-cancel-is-shielded': {
      find: 'return CancellationScope.nonCancellable(() => live(run, root));',
      replace: 'return live(run, root);',
    },
    'cancel-is-heard-before-renewal': {
      find: 'if (allHandlersFinished() && !moved() && isHeard)',
      replace: 'if (allHandlersFinished() && !moved() && (isHeard || !isHeard))',
      ...on('workflows/cancel-while-renewed'),
    },
    'state-from-an-earlier-run-alone': {
      find: "if ('resume' in input && continuedFromExecutionRunId !== undefined) return upgrade(input.resume);",
      replace: "if ('resume' in input) return upgrade(input.resume);",
      ...on('workflows/hostile-messages', 'as the start of a run'),
    },
    'nameless-run-ends': {
      find: "throw refusal({ code: 'InvalidRequest', message });\n  }\n  const state",
      replace: 'throw new Error(message);\n  }\n  const state',
      ...on('workflows/hostile-messages', 'as the start of a run ends that run at once'),
    },
    'answers-leave-before-the-end': {
      find: '  await condition(allHandlersFinished);\n  return statusOf',
      replace: '  return statusOf',
      ...on('workflows/cancel', 'cancelled while the request is still being checked'),
    },
  }),
  ...guardsOf('src/workflows/handlers.ts', on('workflows/hostile-messages', 'well formed around something monstrous'), {
    'pure-refusal-is-an-answer': {
      find: 'throw error instanceof NaasError ? refusal(error.problems) : error;',
      replace: 'throw error;',
    },
    'renewal-asks-to-come-again': {
      find: "if (run.renewing) throw refusal({ code: 'NotReadyYet', message: `${run.name} renews its history: send it again` });",
      replace: '',
      ...on('workflows/submit', WORKER_COMES, 'repeated without a pause holds up no renewal'),
    },
  }),
  ...guardsOf(
    'src/workflows/payload.ts',
    { servers: 'none', tests: ['test/workflows/payload.test.ts'] },
    {
      'message-has-its-shape': { find: 'if (wrong.length + strange.length > 0) throw', replace: 'if (false) throw' },
      'message-has-no-strange-field': {
        find: 'if (wrong.length + strange.length > 0) throw',
        replace: 'if (wrong.length > 0) throw',
      },
      'message-is-an-object': {
        find: "if (typeof message !== 'object' || message === null || Array.isArray(message)) {",
        replace: 'if (false) {',
      },
      'message-is-not-too-deep': {
        find: 'present(value) ?? (isDeeper(value, MAX_DEPTH) ?',
        replace: 'present(value) ?? (isDeeper(value, MAX_DEPTH) && false ?',
      },
      'message-text-is-bounded': {
        find: "typeof value === 'string' && value !== '' && value.length <= most",
        replace: "typeof value === 'string' && value.length <= most + 1_000_000",
      },
      'message-decides-yes-or-no': {
        find: "typeof value === 'string' && allowed.includes(value) ?",
        replace: "typeof value === 'string' ?",
      },
    },
  ),
  ...guardsOf('src/workflows/data-converter.ts', on('workflows/hostile-messages', 'in bytes that nobody can read'), {
    'unreadable-bytes-stop-nobody': {
      find: '      return undefined as T;',
      replace: "      throw new Error('unreadable');",
    },
    'half-a-character-ends-no-worker': {
      find: 'return wellFormed(super.errorToFailure(...given));',
      replace: 'void wellFormed;\n    return super.errorToFailure(...given);',
      ...on('workflows/hostile-messages', 'a malformed message'),
    },
  }),
  ...guardsOf(
    'src/workflows/decision.ts',
    on('proof/change-races', 'on the first request is not counted for a change'),
    {
      'spent-proof-decides-nothing': {
        find: 'if (state.nonces?.includes(nonce)) throw refusal(spent(sender.subject));',
        replace: 'void spent;',
      },
      'wrong-signal-is-shown': {
        find: "note(run, { kind: 'message', text: 'a decision came by signal and was not counted' });\n    noteProblems(run, problems);",
        replace: 'void noteProblems;',
        ...on('workflows/hostile-messages', 'by signal is shown in the history'),
      },
    },
  ),
  ...guardsOf('src/workflows/sender.ts', on('proof/replayed-proofs', 'in the next life of the name'), {
    'proof-of-an-earlier-life': {
      find: "const since = message === 'submit' ? {} : { signedSinceMs: Date.parse(run.state.requestedAt) };",
      replace: 'const since = {};',
    },
  }),
  ...guardsOf('src/workflows/submission.ts', on('workflows/submit', WORKER_COMES, 'repeated is the same request'), {
    'same-request-of-the-same-person': {
      find: ' && sender.subject === state.admission?.sender.subject;',
      replace: ';',
    },
    'on-its-way-out-is-a-conflict': {
      find: "if (state.step === 'undoing' || state.cancelledBy !== undefined) return false;",
      replace: '',
      ...on('workflows/submit', WORKER_COMES, 'while it is on its way out'),
    },
  }),
  ...guardsOf('src/workflows/change.ts', on('proof/change-races', 'eight changes at once'), {
    'one-of-eight-changes': { find: '  ask(run, kind);\n  hold(run, applied.planDigest);\n', replace: '' },
  }),
  ...guardsOf('src/workflows/operation.ts', on('proof/change-races', 'a change and its cancel at once'), {
    'cancel-of-a-change-counts': {
      find: 'if (operation.cancelledBy !== undefined) return turnBack(run, operation, [cancelled(operation)]);',
      replace: '',
    },
  }),
  ...guardsOf('src/workflows/operator.ts', on('e2e/operations', 'a blocked namespace'), {
    'namespace-is-not-skipped': { find: "&& objects.some(({ kind }) => kind === 'Namespace'))", replace: '&& false)' },
    'abandoned-is-listed': {
      find: 'state.leftBehind.push(...left.map((ref) => ({ ref, by: subject, reason: message.reason, at: now() })));',
      replace: '',
    },
  }),
  ...guardsOf('src/workflows/activities.ts', on('workflows/cancel', 'cancelled while a write is still on its way'), {
    'undo-waits-for-the-write': {
      find: "Not the SDK's default.\n    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,",
      replace: "Not the SDK's default.\n    cancellationType: ActivityCancellationType.ABANDON,",
    },
  }),
  ...guardsOf('src/workflows/activities.ts', on('workflows/pause'), {
    'pause-is-heard-at-once': {
      find: "nonRetryableErrorTypes: ['Paused' satisfies ErrorName] };",
      replace: 'nonRetryableErrorTypes: [] as ErrorName[] };',
    },
  }),
  ...guardsOf('src/workflows/pause.ts', on('workflows/pause'), {
    'pause-is-no-failure': { find: 'if (!isPause(error)) throw error;', replace: 'throw error;' },
  }),
  ...guardsOf('src/workflows/takeover.ts', on('workflows/takeover', 'gives back exactly what was'), {
    'adoption-is-put-back': {
      find: '  state.takeover = {\n',
      replace: '  delete state.takeover;\n  const takeover: Transition = {\n',
    },
  }),
  ...guardsOf('src/client/begin.ts', on('workflows/submit', WORKER_COMES, 'that the server answers from the memory'), {
    'old-answer-is-no-new-one': {
      find: "if (before !== undefined && before.status.name !== 'RUNNING')",
      replace: 'if (false)',
    },
  }),
  ...guardsOf('src/client/index.ts', on('workflows/submit', WORKER_COMES, 'that the server answers from the memory'), {
    'terminated-is-shown': {
      find: 'return withPending(asFarAsItRuns(status, run), run);',
      replace: 'void asFarAsItRuns;\n        return withPending(status, run);',
      ...on('workflows/submit', WORKER_COMES, 'whose run somebody terminated'),
    },
  }),
];
