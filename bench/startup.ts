// What the client and the command line cost before they do anything: whole processes, interleaved with an empty one as the
// floor. Prints medians; nothing is asserted.
import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const ROUNDS = 15;

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const PROGRAMS = {
  'node, empty': ['-e', '0'],
  'naas --help': [path('../bin/naas.mjs'), '--help'],
  'client, loaded': ['-e', `await import(${JSON.stringify(path('../dist/client/index.js'))})`],
};

interface StartupFigures {
  rounds: number;
  medianMs: Record<string, number>;
  overFloorMs: Record<string, number>;
}

function measureStartup(): StartupFigures {
  const times = new Map<string, number[]>(Object.keys(PROGRAMS).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, args] of Object.entries(PROGRAMS)) {
      const began = performance.now();
      execFileSync(process.execPath, args, { stdio: 'ignore' });
      times.get(name)?.push(performance.now() - began);
    }
  }
  const medianMs = Object.fromEntries([...times].map(([name, list]) => [name, median(list)]));
  const floor = medianMs['node, empty'] ?? 0;
  const overFloorMs = Object.fromEntries(Object.entries(medianMs).map(([name, ms]) => [name, Math.round(ms - floor)]));
  return { rounds: ROUNDS, medianMs, overFloorMs };
}

function median(list: number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}

const figures = measureStartup();
if (process.argv.includes('--json')) console.log(JSON.stringify({ startup: figures }));
else {
  for (const [name, ms] of Object.entries(figures.medianMs)) {
    console.log(`${name.padEnd(16)} ${String(ms).padStart(5)} ms  (${figures.overFloorMs[name]} ms over the floor)`);
  }
}
