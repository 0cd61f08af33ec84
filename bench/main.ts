// `npm run bench`: opens the stand, runs the parts, prints the report. Progress goes to stderr; stdout is the report alone. What
// was measured is printed however the run ends.
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { interruption } from '../src/local/interruption.ts';
import { ROOT } from '../tools/paths.mjs';
import { type Arguments, parseArguments, usage } from './arguments.ts';
import type { NotMeasured, Outcome } from './figures.ts';
import { withFigures } from './page.ts';
import { PARTS } from './parts.ts';
import { cpuMsWithChildren, machineBusyMs } from './process-usage.ts';
import { asJson, asMarkdown, asText, type RunInfo } from './report.ts';
import { reasonOf, runParts } from './run-parts.ts';
import { openStand, type Stand } from './stand.ts';
import { installUpstreamCrds } from './upstream-crds.ts';
import { machineName, versionsOf } from './versions.ts';

const PAGE = join(ROOT, 'docs', 'performance.md');

const say = (line: string): void => console.error(line);

/** A call of a part that ran out of time may fail long after it: told, but no reason to lose the report. */
process.on('uncaughtException', (error) => say(`  ! ${reasonOf(error)}`));
process.on('unhandledRejection', (error) => say(`  ! ${reasonOf(error)}`));

async function main(): Promise<number> {
  const names = PARTS.map(({ name }) => name);
  let options: Arguments;
  try {
    options = parseArguments(process.argv.slice(2), names);
  } catch (error) {
    say(`${reasonOf(error)}\n\n${usage(PARTS)}`);
    return 2;
  }
  if (options.help) {
    console.log(usage(PARTS));
    return 0;
  }
  const stopped = interruption();
  const beganMs = performance.now();
  const machineBefore = machineBusyMs();
  const outcome = await measure(options, stopped.signal);
  const tookMs = performance.now() - beganMs;
  // Children count once they are gone, so after the stand is closed.
  const othersMs = machineBusyMs() - machineBefore - cpuMsWithChildren();
  await print(outcome, options, {
    date: new Date().toISOString().slice(0, 10),
    machine: machineName(),
    quick: options.quick,
    tookSeconds: Math.round(tookMs / 1000),
    othersShare: Math.max(0, othersMs / (tookMs * availableParallelism())),
  });
  return stopped.exitCode() ?? (outcome.notMeasured.length === 0 ? 0 : 1);
}

async function measure({ quick, only }: Arguments, signal: AbortSignal): Promise<Outcome> {
  const parts = PARTS.filter(({ name }) => only.length === 0 || only.includes(name));
  let stand: Stand;
  try {
    say('The stand: Temporal, Kubernetes, naas’s own objects');
    stand = await openStand({ say, signal });
  } catch (error) {
    const reason = `the stand did not come up: ${reasonOf(error)}`;
    return { figures: {}, seen: {}, notMeasured: parts.map(({ name }) => ({ part: name, reason })) };
  }
  try {
    const { crds, problems } = await upstream(stand, signal);
    const outcome = await runParts(parts, {
      context: { stand, quick, say },
      say,
      signal,
      cleanUp: () => stand.stopWorkers(),
    });
    outcome.figures.versions = await versionsOf(stand, crds).catch((error: unknown) => ({ unknown: reasonOf(error) }));
    return { ...outcome, notMeasured: [...problems, ...outcome.notMeasured] };
  } finally {
    await stand.close();
  }
}

/** Without the definitions kubectl has less to read, so the rest is measured all the same, and this is told. */
async function upstream(stand: Stand, signal: AbortSignal): Promise<{ crds: number; problems: NotMeasured[] }> {
  const part = 'upstream definitions';
  try {
    const file = process.env['NAAS_UPSTREAM_CRDS'];
    if (!file) throw new Error(process.env['NAAS_UPSTREAM_CRDS_PROBLEM'] ?? 'NAAS_UPSTREAM_CRDS names no file');
    const crds = await installUpstreamCrds(stand, file, signal);
    say(`  ✓ ${crds} ${part}`);
    return { crds, problems: [] };
  } catch (error) {
    say(`  ✗ ${part}: ${reasonOf(error)}`);
    return { crds: 0, problems: [{ part, reason: reasonOf(error) }] };
  }
}

async function print(outcome: Outcome, { form, updateDocs }: Arguments, info: RunInfo): Promise<void> {
  if (updateDocs) {
    await writeFile(PAGE, withFigures(await readFile(PAGE, 'utf8'), asMarkdown(outcome, info)));
    say(`The figures stand in ${PAGE}.`);
  }
  switch (form) {
    case 'json':
      return console.log(asJson(outcome, info));
    case 'markdown':
      return console.log(asMarkdown(outcome, info));
    case 'text':
      return console.log(asText(outcome, info));
  }
}

process.exitCode = await main();
