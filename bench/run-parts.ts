// Runs the parts one after the other. A part that fails or takes too long is reported as not measured, with the reason; the
// others go on, and what they found is kept. It knows no particular part.
import { join, type Outcome, type PartFigures } from './figures.ts';

export interface Found {
  figures: PartFigures;
  /** By target: what tells the figure's bound. */
  seen?: Record<string, string>;
}

export interface Part<Context> {
  name: string;
  /** What it does, for who waits. */
  what: string;
  /** Far beyond what it takes: a part that hangs must not take the others with it. */
  limitSeconds: number;
  measure(context: Context, signal: AbortSignal): Promise<Found>;
}

export interface Run<Context> {
  context: Context;
  say: (line: string) => void;
  /** A person's Ctrl-C: what was found until then still counts. */
  signal: AbortSignal;
  /** After each part, however it ended. */
  cleanUp: () => Promise<void>;
}

export async function runParts<Context>(parts: readonly Part<Context>[], run: Run<Context>): Promise<Outcome> {
  const outcome: Outcome = { figures: {}, notMeasured: [], seen: {} };
  for (const [index, part] of parts.entries()) {
    if (run.signal.aborted) {
      outcome.notMeasured.push({ part: part.name, reason: reasonOf(run.signal.reason) });
      continue;
    }
    run.say(`[${index + 1}/${parts.length}] ${part.name}: ${part.what}`);
    const began = performance.now();
    try {
      const { figures, seen } = await withLimit(part, run);
      outcome.figures = join(outcome.figures, figures);
      Object.assign(outcome.seen, seen);
      run.say(`  ✓ ${part.name} (${seconds(began)})`);
    } catch (error) {
      outcome.notMeasured.push({ part: part.name, reason: reasonOf(error) });
      run.say(`  ✗ ${part.name} (${seconds(began)}): ${reasonOf(error)}`);
    }
    await run.cleanUp().catch((error: unknown) => run.say(`  ! after ${part.name}: ${reasonOf(error)}`));
  }
  return outcome;
}

/** Ends when its time is over even if the part does not listen to the signal. */
async function withLimit<Context>(part: Part<Context>, run: Run<Context>): Promise<Found> {
  const limit = new AbortController();
  const timer = setTimeout(
    () => limit.abort(new Error(`it took longer than ${part.limitSeconds} s`)),
    part.limitSeconds * 1000,
  );
  const signal = AbortSignal.any([run.signal, limit.signal]);
  const over = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([part.measure(run.context, signal), over]);
  } finally {
    clearTimeout(timer);
  }
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  const [first = '', ...rest] = error.message.split('\n').map((line) => line.trim());
  // Behind the first line often stands the end of a log: what went wrong is said in the lines that name an error.
  const said = rest.filter((line) => /error|cannot|failed/i.test(line)).slice(0, 2);
  return [first, ...said].join(' ').slice(0, 400) + cause;
}

function seconds(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`;
}
