// `npm run mutate`: the chosen tests as they are, then once without each guard. Progress goes to stderr; stdout is the report.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { interruption } from '../../src/local/interruption.ts';
import { type Platform, startPlatform } from '../../src/local/platform.ts';
import { ROOT } from '../../tools/paths.mjs';
import { type Arguments, parseArguments, USAGE } from './arguments.ts';
import { attempt, type Chosen, type Place } from './attempt.ts';
import type { Guard } from './guard.ts';
import { GUARDS } from './guards.ts';
import { asJson, asMarkdown, asText, percent, type Result, WANTED_PERCENT, withGuards } from './report.ts';
import { copyTree, type Tree } from './tree.ts';

const PAGE = join(ROOT, 'docs', 'reliability.md');

/** Tests on servers wait more than they work; a fourth would make them late on two cores. */
const LANES = 3;

const say = (line: string): void => console.error(line);

async function main(): Promise<number> {
  let options: Arguments;
  try {
    options = parseArguments(
      process.argv.slice(2),
      GUARDS.map(({ name }) => name),
    );
  } catch (error) {
    say(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  const { help, list, only, unit } = options;
  const guards = GUARDS.filter(
    ({ name, servers }) => (only.length === 0 || only.includes(name)) && (!unit || servers === 'none'),
  );
  if (help) console.log(USAGE);
  else if (list) for (const { name, servers, file } of guards) console.log(`${name}  (servers: ${servers}, ${file})`);
  else return run(guards, options);
  return 0;
}

async function run(guards: readonly Guard[], { json, updateDocs }: Arguments): Promise<number> {
  const { signal, exitCode } = interruption();
  const lanes: Lane[] = [];
  try {
    for (let count = 0; count < Math.min(LANES, guards.length); count += 1) lanes.push(await openLane(guards, signal));
    const [place] = lanes;
    if (place === undefined || !(await pass(place, guards))) return exitCode() ?? 1;
    const results = await withoutEach(lanes, guards);
    console.log(json ? asJson(results) : asText(results));
    if (signal.aborted) return exitCode() ?? 1;
    if (updateDocs) {
      const table = asMarkdown(results, new Date().toISOString().slice(0, 10));
      await writeFile(PAGE, withGuards(await readFile(PAGE, 'utf8'), table));
      say(`The table stands in ${PAGE}.`);
    }
    return percent(results) >= WANTED_PERCENT ? 0 : 1;
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

interface Lane extends Place {
  close(): Promise<void>;
}

/** Sources of its own, and a platform where tests share one. */
async function openLane(guards: readonly Guard[], signal: AbortSignal): Promise<Lane> {
  const tree: Tree = await copyTree();
  let platform: Platform | undefined;
  const close = async (): Promise<void> => {
    await platform?.stop();
    await tree.remove();
  };
  try {
    if (guards.some(({ servers }) => servers === 'shared'))
      platform = await startPlatform({ worker: false, say, signal });
    const { startWorker: _, stop: __, ...data } = platform ?? {};
    return { tree, shared: platform && JSON.stringify(data), signal, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A test that fails as it is would hold every guard. */
async function pass(place: Place, guards: readonly Guard[]): Promise<boolean> {
  for (const chosen of asTheyAre(guards)) {
    say(`… as they are: ${chosen.tests.length} files of tests (servers: ${chosen.servers})`);
    const { verdict, by, file, seconds } = await attempt(place, chosen, chosen.servers === 'own' ? LANES : 1);
    if (verdict === 'survived') {
      say(`✓ ${by} (${seconds} s)`);
      continue;
    }
    say(`✗ the tests have to pass before a guard is taken away: ${file ?? ''} ${by}`);
    return false;
  }
  return true;
}

/** Each file once: whole where a guard needs it whole, else its named tests. */
function asTheyAre(guards: readonly Guard[]): Chosen[] {
  return (['none', 'shared', 'own'] as const).flatMap((servers): Chosen[] => {
    const those = guards.filter((guard) => guard.servers === servers);
    const whole = [...new Set(those.flatMap((guard) => (guard.titled === undefined ? guard.tests : [])))];
    const named = those.filter(({ tests }) => tests.some((file) => !whole.includes(file)));
    const titled = pattern([...new Set(named.flatMap((guard) => guard.titled ?? []))]);
    return [
      ...(whole.length === 0 ? [] : [{ servers, tests: whole }]),
      ...(named.length === 0 ? [] : [{ servers, tests: [...new Set(named.flatMap(({ tests }) => tests))], titled }]),
    ];
  });
}

/** Each by the next lane that is free; the results come in the order of the guards. */
async function withoutEach(lanes: readonly Place[], guards: readonly Guard[]): Promise<Result[]> {
  const results = new Map<Guard, Result>();
  const next = guards.values();
  const goOn = async (place: Place): Promise<void> => {
    for (const guard of next) {
      const titled = guard.titled && pattern(guard.titled);
      const verdict = await place.tree
        .mutated(guard, () => attempt(place, { ...guard, titled }))
        .catch((error: Error) => ({ verdict: 'error' as const, by: error.message, seconds: 0 }));
      if (place.signal.aborted) return;
      results.set(guard, { guard, ...verdict });
      const mark = verdict.verdict === 'killed' ? '✓' : '✗';
      const said = `${guard.name}: ${verdict.verdict} (${verdict.seconds} s) ${verdict.by.slice(0, 300)}`;
      say(`${mark} ${results.size}/${guards.length} ${said}`);
    }
  };
  await Promise.all(lanes.map(goOn));
  return guards.flatMap((guard) => results.get(guard) ?? []);
}

/** Titles are texts, what vitest takes is a pattern. */
function pattern(titles: readonly string[]): string {
  return titles.map((title) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
}

process.exitCode = await main();
