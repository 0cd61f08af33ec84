// Guards of the client, the command line and the worker's configuration.
import { type Guard, guardsOf } from '../guard.ts';

const cli = (name: string) => ({ servers: 'none', tests: [`test/cli/${name}.test.ts`] }) as const;

export const CALLERS: Guard[] = [
  ...guardsOf(
    'src/client/records.ts',
    { servers: 'none', tests: ['test/client/records.test.ts'] },
    {
      'query-keeps-its-quotes': { find: String.raw`.replaceAll("'", "\\'")`, replace: '' },
      'query-keeps-its-backslashes': { find: String.raw`.replaceAll('\\', '\\\\')`, replace: '' },
    },
  ),
  ...guardsOf('src/cli/confirm.ts', cli('commands'), {
    'name-has-to-be-typed': { find: 'if (answer.trim() !== expected) throw', replace: 'if (false) throw' },
    'nobody-can-be-asked': { find: 'if (!terminal.isTerminal) throw', replace: 'if (false) throw' },
  }),
  ...guardsOf('src/cli/session.ts', cli('commands'), {
    'caller-is-named': { find: 'if (viewer === undefined) throw nobody();', replace: '' },
  }),
  ...guardsOf('src/cli/commands/decide.ts', cli('commands'), {
    'decision-for-what-was-read': {
      find: 'if (plan?.planDigest.startsWith(planPart) && plan.changeDigest.startsWith(changePart))',
      replace: 'if (plan !== null)',
    },
  }),
  ...guardsOf('src/cli/commands/change.ts', cli('change'), {
    'change-of-what-was-read': {
      find: 'if (held?.startsWith(digest)) return held;',
      replace: 'if (held !== undefined) return held;',
    },
  }),
  ...guardsOf('src/cli/commands/to-catalog.ts', cli('catalog'), {
    'brake-before-many': { find: "if (verdict === 'go' || yes === number) return;", replace: 'return;' },
    'brake-number-as-read': { find: 'if (yes !== undefined && yes !== number)', replace: 'if (false)' },
    'same-catalog-on-both-sides': {
      find: 'if (answer !== undefined && answer.planDigest !== planDigest) throw',
      replace: 'if (false) throw',
    },
    'catalog-change-of-what-holds': { find: ', basedOn: planDigest });', replace: ' });' },
  }),
  ...guardsOf('src/cli/harmless.ts', cli('harmless'), {
    'text-obeys-nobody': { find: '  return text.replace(OBEYED,', replace: '  return text;\n  text.replace(OBEYED,' },
  }),
  ...guardsOf('src/cli/main.ts', cli('commands'), {
    'exit-code-of-the-error': { find: 'return ERRORS[known.code].exit;', replace: 'return 1;' },
  }),
  ...guardsOf('src/cli/outcome.ts', cli('commands'), {
    'exit-code-of-the-end': { find: 'if (failure !== undefined) return ERRORS[failure].exit;', replace: '' },
  }),
  ...guardsOf('src/cli/outcome.ts', cli('change'), {
    'exit-code-of-this-operation': {
      find: 'if (lastOperation?.requestId !== requestId) return ERRORS.Unknown.exit;',
      replace: 'if (lastOperation === undefined) return ERRORS.Unknown.exit;',
    },
    'no-exit-on-a-stale-status': { find: 'if (status.stale) return undefined;', replace: '' },
  }),
  ...guardsOf('src/cli/kubeconfig-file.ts', cli('kubeconfig'), {
    'kubeconfig-mistake-is-not-quoted': {
      find: "throw unusable(`${path} is no YAML${line === undefined ? '' : `, line ${line}`}`);",
      replace: 'throw unusable(`${path} is no YAML: ${error} at ${line}`);',
    },
  }),
  ...guardsOf('src/cli/commands/kubeconfig.ts', cli('kubeconfig'), {
    'kubeconfig-of-what-is-ready': {
      find: "if (phase !== 'ready' && operation === undefined) throw",
      replace: 'if (operation !== operation) throw',
    },
    'certificate-on-the-own-platform-alone': {
      find: 'if (chosen.userFile !== resolve(platform.kubeconfig)) return chosen;',
      replace: '',
    },
  }),
  ...guardsOf(
    'src/config.ts',
    { servers: 'none', tests: ['test/config.test.ts'] },
    {
      'keys-over-http-on-this-machine-alone': { find: 'return LOOPBACK.test(url.hostname)', replace: 'return true' },
      'keys-without-a-password': {
        find: "if (url.username !== '' || url.password !== '') return",
        replace: 'if (false) return',
      },
    },
  ),
];
