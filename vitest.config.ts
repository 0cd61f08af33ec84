// Two projects: `unit` needs no server and runs in parallel; a file of `system` has an embedded platform to itself while it
// runs, because its cases compare the state of the whole cluster.
import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/support/closing-line.ts';
import { FILES_AT_ONCE } from './test/support/files-at-once.ts';
import { ProofReporter } from './test/support/proof-reporter.ts';
import { drawRunSeed } from './test/support/run-seed.ts';

drawRunSeed();

const SYSTEM = ['activities', 'providers', 'ops', 'local', 'workflows', 'e2e', 'proof', 'replay', 'deploy'].map(
  (folder) => `test/${folder}/**/*.test.{ts,mjs}`,
);

export default defineConfig({
  test: {
    reporters: ['default', new ProofReporter(), new ClosingLine()],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,mjs}'],
          exclude: SYSTEM,
          // Pure code; ten seconds are for property tests beside a busy build.
          testTimeout: 10_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'system',
          include: SYSTEM,
          globalSetup: ['./test/support/global-setup.ts'],
          setupFiles: ['./test/support/end-with-run.ts'],
          maxWorkers: FILES_AT_ONCE,
          // Deleting one namespace takes 5 s by design of Kubernetes, sixty at once 30 s; a proof does several rounds.
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
