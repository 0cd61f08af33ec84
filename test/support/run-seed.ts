// The one seed of a run: whatever a test draws by lot comes from it, so that a failing run can be repeated. `NAAS_SEED` sets
// it; otherwise a full run draws one, and the usual run is the same every time, so that a change of the product is what turns
// it red. The reporter says it, and keeps it when the run fails.
import { randomInt } from 'node:crypto';

export const RUN_SEED = 'NAAS_SEED';

const USUAL_SEED = 20_260_101;

/** Before the first test file starts, whose process inherits it. */
export function drawRunSeed(): void {
  process.env[RUN_SEED] ??= String(process.env['NAAS_FULL'] === '1' ? randomInt(1_000_000) : USUAL_SEED);
}

export function runSeed(): number {
  const seed = Number(process.env[RUN_SEED]);
  if (!Number.isInteger(seed)) throw new Error(`${RUN_SEED} has to be a whole number, not ${process.env[RUN_SEED]}`);
  return seed;
}

/** Numbers in [0, 1) from the run's seed (mulberry32); each suite draws from a stream of its own. */
export function drawFor(suite: string, seed = runSeed()): () => number {
  let state = [...suite].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), seed | 0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function shuffled<T>(items: readonly T[], draw: () => number): T[] {
  return items
    .map((item) => ({ item, at: draw() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
