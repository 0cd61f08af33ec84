// Four projects: `unit` and `mocked` need no server and run in parallel; a file of `system` has an embedded platform to itself while it
// runs, because its cases compare the state of the whole cluster; `alone` are those of them whose subject is time.
import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/support/closing-line.ts';
import { FILES_AT_ONCE } from './test/support/files-at-once.ts';
import { PromptFailures } from './test/support/prompt-failures.ts';
import { ProofReporter } from './test/support/proof-reporter.ts';
import { drawRunSeed } from './test/support/run-seed.ts';

drawRunSeed();

/** They hold answers to a time: nothing else may run beside them. */
const ALONE = ['test/proof/answers-in-time.test.ts', 'test/proof/hostname-races.test.ts'];

const SYSTEM = [
  ...['activities', 'providers', 'ops', 'workflows', 'e2e', 'proof', 'replay', 'deploy'].map(
    (folder) => `${folder}/**`,
  ),
  'local',
  'local/!(azure-dns)/**',
  // The rest of these two folders opens no socket.
  'local/azure-dns/clients',
  'contract/dns',
].map((folder) => `test/${folder}/*.test.{ts,mjs}`);

/** Puts another module in the place of one, and so has its modules for itself. */
const MOCKED = 'test/testing/fake.test.ts';

/** On a control plane that takes minutes to build; has a configuration of its own. */
const ISTIO = 'test/istio/**';

const ON_SERVERS = {
  globalSetup: ['./test/support/global-setup.ts'],
  setupFiles: ['./test/support/end-with-run.ts'],
  // Deleting one namespace takes 5 s by design of Kubernetes, sixty at once 30 s; a proof does several rounds, a whole matrix many.
  testTimeout: process.env['NAAS_FULL'] === '1' ? 1_800_000 : 180_000,
  hookTimeout: 180_000,
  // What is waited for comes; the default of a second is that of a page, not of servers on a busy machine.
  expect: { poll: { timeout: 30_000 } },
};

export default defineConfig({
  test: {
    // Who runs a few files reads along, and is told at their end.
    reporters: [
      'default',
      ...(FILES_AT_ONCE > 1 ? [new PromptFailures()] : []),
      new ProofReporter(),
      new ClosingLine(),
    ],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,mjs}'],
          exclude: [...SYSTEM, ISTIO, MOCKED],
          // Pure code; ten seconds are for property tests beside a busy build.
          testTimeout: 10_000,
          // Nobody of them changes a module: to load all modules for each file anew takes longer than the tests.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { name: 'mocked', include: [MOCKED], sequence: { groupOrder: 0 } } },
      {
        test: {
          name: 'system',
          ...ON_SERVERS,
          include: SYSTEM,
          exclude: ALONE,
          maxWorkers: FILES_AT_ONCE,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'alone',
          ...ON_SERVERS,
          include: ALONE,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
