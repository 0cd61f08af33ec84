// The tests of one mutation: any file by name, on servers of its own where the guard needs them. It leaves nothing in the work
// tree, whose node_modules the mutated copy shares.
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { FILES_AT_ONCE } from '../support/files-at-once.ts';
import { drawRunSeed } from '../support/run-seed.ts';
import { FailureLines } from './failure-lines.ts';
import { SERVERS } from './servers.ts';

drawRunSeed();

const root = join(import.meta.dirname, '..', '..');
const servers = process.env[SERVERS] ?? 'none';

export default defineConfig({
  root,
  cacheDir: join(root, '.naas', 'vite'),
  test: {
    reporters: ['default', new FailureLines()],
    include: ['test/**/*.test.{ts,mjs}'],
    ...(servers === 'none'
      ? {}
      : { globalSetup: ['./test/mutate/servers.ts'], setupFiles: ['./test/support/end-with-run.ts'] }),
    // Of those that share a platform one at a time.
    ...(servers === 'none' ? {} : { maxWorkers: servers === 'own' ? FILES_AT_ONCE : 1 }),
    // Unmutated they take a fifth of it; what waits for longer has missed the guard.
    testTimeout: servers === 'own' ? 90_000 : 30_000,
    hookTimeout: 90_000,
  },
});
