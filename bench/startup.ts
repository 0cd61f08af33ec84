// What the client and the command line cost before they do anything: whole processes, interleaved with an empty one as the
// floor.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../tools/paths.mjs';
import type { Bench } from './bench.ts';
import { compiledProgram } from './compiled.ts';
import { interleaved } from './interleave.ts';
import type { Found } from './run-parts.ts';
import { median, rounded } from './statistics.ts';

const run = promisify(execFile);

export async function startup({ stand, quick }: Bench, signal: AbortSignal): Promise<Found> {
  const dist = await compiledProgram(stand, signal);
  const processOf = (args: string[]) => async (): Promise<number> => {
    const began = performance.now();
    await run(process.execPath, args, { signal });
    return performance.now() - began;
  };
  const samples = await interleaved(
    {
      empty: processOf(['-e', '0']),
      help: processOf([join(ROOT, 'bin', 'naas.mjs'), '--help']),
      client: processOf(['-e', `await import(${JSON.stringify(join(dist, 'client', 'index.js'))})`]),
    },
    { rounds: quick ? 3 : 15, warmups: 1, restMs: 0, signal },
  );
  const floor = median(samples.empty);
  return {
    figures: {
      startup: {
        emptyNodeMs: rounded(floor),
        helpOverEmptyMs: rounded(median(samples.help) - floor),
        clientOverEmptyMs: rounded(median(samples.client) - floor),
      },
    },
  };
}
