// Guards of the way to the API server: deadlines, preconditions, answers that are none, and secrets.
import { type Guard, guardsOf } from '../guard.ts';

const kubernetes = (name: string, servers: Guard['servers'] = 'shared') => ({
  servers,
  tests: [`test/providers/kubernetes/${name}.test.ts`],
});

export const KUBERNETES: Guard[] = [
  ...guardsOf('src/providers/kubernetes/exchange.ts', kubernetes('exchange', 'none'), {
    'last-look-at-the-clock': {
      find: 'if (over === undefined && Date.now() >= options.deadlineMs) late();\n        else ',
      replace: '',
    },
  }),
  ...guardsOf('src/providers/kubernetes/exchange.ts', kubernetes('bad-answers'), {
    'call-ends-with-its-deadline': {
      find: 'const late = (): void => stop(',
      replace: 'const late = (): void => void (',
    },
    'nothing-after-a-cancel': { find: 'if (options.signal?.aborted) return abort();', replace: '' },
    'cancel-ends-a-call': { find: "options.signal?.addEventListener('abort', abort, { once: true });", replace: '' },
  }),
  ...guardsOf('src/providers/kubernetes/connect.ts', kubernetes('bad-answers'), {
    'delete-names-the-uid': { find: 'const preconditions = { uid, ...', replace: 'const preconditions = { ...' },
    'page-is-no-absence': {
      find: 'if (answer.status === 404 && isStatus(answer)) return undefined;',
      replace: 'if (answer.status === 404) return undefined;',
    },
    'apply-is-strict': {
      find: "query: { fieldManager, fieldValidation: 'Strict', force: String(call.force) },",
      replace: 'query: { fieldManager, force: String(call.force) },',
    },
    'apply-without-force-unless-asked': { find: 'force: String(call.force)', replace: "force: 'true'" },
  }),
  ...guardsOf('src/providers/kubernetes/effects.ts', kubernetes('bad-answers'), {
    'page-is-no-deletion': {
      find: "if (answer.status === 404 && isStatus(answer)) return { verb, ref, outcome: 'absent' };",
      replace: "if (answer.status === 404) return { verb, ref, outcome: 'absent' };",
    },
    'write-rate-is-kept': {
      find: 'await rate.take(',
      replace: 'void (',
      tests: ['test/providers/kubernetes/bad-answers.test.ts'],
    },
  }),
  ...guardsOf('src/providers/kubernetes/write-rate.ts', kubernetes('pure', 'none'), {
    'no-wait-beyond-the-deadline': { find: 'if (waitMs > options.deadlineMs - Date.now()) throw late();', replace: '' },
  }),
  ...guardsOf('src/providers/kubernetes/failures.ts', kubernetes('bad-answers'), {
    'retry-after-is-handed-on': { find: 'wait === undefined ? {} : { retryAfterMs: wait },', replace: '{},' },
    'put-off-is-no-failure': { find: 'if (answer.status === 429) {', replace: 'if (false) {' },
    'web-page-is-no-refusal': {
      find: 'if (refusal === undefined || answer.status >= 500) {',
      replace: 'if (refusal !== undefined && answer.status >= 500) {',
    },
    'policy-is-no-missing-right': { find: 'if (isPolicy(refusal)) {', replace: 'if (false) {' },
    'newer-version-is-read-again': {
      find: 'if (/has been modified|resourceVersion|resource version/i.test(refusal.message)) {',
      replace: 'if (false) {',
    },
    'not-ready-is-no-refusal': {
      find: "if (said.includes('status unknown for quota') || said.includes('not yet ready to handle request')) {",
      replace: 'if (false) {',
    },
    'race-of-applies-is-no-taken-name': { find: " && attempt.verb === 'create') {", replace: ') {' },
  }),
  ...guardsOf('src/providers/kubernetes/cold-start.ts', kubernetes('bad-answers'), {
    'cold-start-is-no-refusal': {
      find: 'if (refused === undefined || !(await isOurs(transport, refused, options))) return answer;',
      replace: 'return answer;',
    },
    'missing-right-is-a-refusal': { find: "body['status']['allowed'] === true", replace: 'true' },
  }),
  ...guardsOf('src/providers/kubernetes/transport.ts', kubernetes('bad-answers'), {
    'half-an-answer-is-none': {
      find: 'if (raw.status >= 300) return { ...answer, body: undefined, text: redact(text, secrets).slice(0, 200) };',
      replace: 'return { ...answer, body: undefined, text: redact(text, secrets).slice(0, 200) };',
    },
    'refused-credentials-are-read-anew': {
      find: 'if (raw.status === 401) store.drop();',
      replace: '',
      tests: ['test/providers/kubernetes/credentials.test.ts'],
    },
    'secrets-of-before-are-known': {
      find: 'secrets = [...new Set([...fresh, ...secrets])].slice(0, MOST_SECRETS);',
      replace: 'secrets = [...fresh];',
      tests: ['test/providers/kubernetes/leaks.test.ts'],
    },
  }),
  ...guardsOf('src/providers/kubernetes/paths.ts', kubernetes('bad-answers'), {
    'no-call-to-a-whole-collection': {
      find: "if (value === '' || value === '.' || value === '..') {",
      replace: 'if (false) {',
    },
    'names-stay-in-their-segment': { find: 'return encodeURIComponent(value);', replace: 'return value;' },
  }),
  ...guardsOf('src/providers/retry-after.ts', kubernetes('pure', 'none'), {
    'wrong-date-parks-no-run': {
      find: 'return Math.min(Math.max(Math.round(ms), 0), LONGEST_MS);',
      replace: 'return Math.max(Math.round(ms), 0);',
    },
  }),
  ...guardsOf('src/providers/redact.ts', kubernetes('pure', 'none'), {
    'no-known-secret-in-a-message': {
      find: "if (secret.length > 0) clean = clean.replaceAll(secret, '[redacted]');",
      replace: '',
    },
    'no-token-in-a-message': { find: "clean.replace(TOKEN_LIKE, '[redacted]').trim();", replace: 'clean.trim();' },
  }),
  ...guardsOf('src/providers/kubernetes/credentials.ts', kubernetes('leaks'), {
    'broken-kubeconfig-is-not-quoted': {
      find: 'return line === undefined ? text(error) :',
      replace: 'return true ? text(error) :',
    },
    'plugin-output-is-not-repeated': {
      find: 'if (exec === undefined) return text(error);',
      replace: 'return text(error);',
    },
    'no-password-in-an-address': {
      find: "if (url.username === '' && url.password === '') return server;",
      replace: 'return server;',
    },
  }),
  ...guardsOf(
    'src/providers/telemetry/logger.ts',
    { servers: 'none', tests: ['test/providers/telemetry/logger.test.ts'] },
    {
      'log-without-credentials': {
        find: "if (typeof value === 'string') kept[key] = redact(value);",
        replace: "if (typeof value === 'string') kept[key] = value;",
      },
      'log-message-without-credentials': {
        find: '    message: redact(message),\n    // People',
        replace: '    message,\n    // People',
      },
      'log-without-task-tokens': {
        find: "new Set(['taskToken', 'time', 'level', 'message'])",
        replace: "new Set(['time', 'level', 'message'])",
      },
      'log-keeps-its-own-fields': {
        find: "new Set(['taskToken', 'time', 'level', 'message'])",
        replace: "new Set(['taskToken'])",
      },
    },
  ),
  ...guardsOf(
    'src/providers/telemetry/health.ts',
    { servers: 'none', tests: ['test/providers/telemetry/health.test.ts'] },
    {
      'ready-with-what-was-seen': { find: 'performance.now() - seenMs <= timing.recentMs', replace: 'true' },
      'ready-while-it-polls': { find: 'serving?.() === true && [', replace: '[' },
    },
  ),
];
