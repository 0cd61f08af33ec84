// The tests on the real Istio control plane: each file boots a platform of its own, one after the other.
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { ClosingLine } from '../support/closing-line.ts';

export default defineConfig({
  root: join(import.meta.dirname, '..', '..'),
  test: {
    name: 'istio',
    reporters: ['default', new ClosingLine()],
    include: ['test/istio/*.test.ts'],
    setupFiles: ['./test/istio/end-with-run.ts'],
    fileParallelism: false,
    // A life takes some ten seconds, half of them the deletion of its namespace; the rest is for a busy machine.
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
