// `npm start`: boots the platform in a folder of its own, plays one request from asking to ready, and stays until Ctrl-C;
// with --exit it takes the namespace away again and proves it. Whatever happens, no process and no folder is left.
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../tools/paths.mjs';
import { ERRORS, NaasError } from '../spec/errors.ts';
import { type Snapshot, takeSnapshot } from './cluster-snapshot.ts';
import { foundServers } from './found-servers.ts';
import { interruption } from './interruption.ts';
import { createLeash } from './leash.ts';
import { dataOf, type Platform, startPlatform } from './platform.ts';
import { questionsOf, showAnswers, showSilence } from './start-dns.ts';
import { keepLogs } from './start-logs.ts';
import { isHostnameList, proofOf } from './start-proof.ts';
import { durationsOf, readyReport, seconds, tryNext } from './start-report.ts';
import { type Casting, cast, playRemoval, playUntilReady, type Stage } from './start-scene.ts';
import { localFiles, publishState } from './state.ts';

const USAGE = `npm start -- [options]

Starts Temporal, a Kubernetes API and the worker on this machine, and takes a request from asking to ready.

  --exit               take the namespace away again, prove that nothing is left, and end
  --request FILE       the request (default: examples/shop-cart-staging.yaml)
  --kubeconfig FILE    use this cluster instead of starting one (or KUBECONFIG)
  --help

Examples:
  npm start
  npm start -- --exit --request examples/payments-ledger-prod.yaml`;

interface Wanted {
  exit: boolean;
  /** undefined: the example. */
  requestFile: string | undefined;
  kubeconfig: string | undefined;
}

const EXAMPLE = join(ROOT, 'examples', 'shop-cart-staging.yaml');

/** The name under which the platform's worker serves its cluster. */
const CLUSTER = 'local';

const say = (line: string): void => console.log(line);

async function start(wanted: Wanted, signal: AbortSignal): Promise<void> {
  const catalogDir = process.env['NAAS_CATALOG'] || join(ROOT, 'catalog');
  const found = foundServers({ kubeconfig: wanted.kubeconfig }, process.env);
  const { requestFile = EXAMPLE } = wanted;
  const casting = await cast(requestFile, catalogDir, CLUSTER);
  // Of a request that somebody chose nothing is left out.
  const { hostnames, ...unreached } = casting.request;
  const alone = wanted.requestFile === undefined && found.kubeconfig !== undefined && hostnames !== undefined;
  const folder = join(tmpdir(), `naas-${randomUUID().slice(0, 8)}`);
  const files = localFiles({ NAAS_LOCAL_STATE: folder });
  const stateDir = join(folder, 'platform');
  const leash = createLeash();
  leash.removeFolder(folder);
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    const began = performance.now();
    say(`Starting the platform in ${folder}`);
    for (const note of found.notes) say(`  ${note}`);
    if (alone) say('  The example is asked for without its hostnames; --request FILE asks for all that FILE says.');
    const { notes: _, ...servers } = found;
    const platform = await startPlatform({ ...servers, catalogDir, stateDir, say, signal });
    try {
      // So that `naas …` in another terminal finds it by the folder alone.
      await publishState(files, dataOf(platform));
      say(`Platform up in ${seconds(performance.now() - began)}`);
      await play(
        { platform, signal, say },
        {
          ...wanted,
          ...casting,
          ...(alone ? { request: unreached } : {}),
          requestFile,
          folder,
        },
      );
    } finally {
      await platform.stop();
    }
  } catch (error) {
    throw signal.aborted ? error : await withLogsKept(error, stateDir);
  } finally {
    await leash.letGo();
  }
}

interface Script extends Casting {
  exit: boolean;
  requestFile: string;
  folder: string;
}

async function play(stage: Stage & { platform: Platform }, script: Script): Promise<void> {
  const { platform, signal } = stage;
  const look = (): Promise<Snapshot> => takeSnapshot(platform, signal, isHostnameList);
  const before = script.exit ? await look() : undefined;
  say('');
  say(`Request ${script.requestFile}`);
  const { status, askedPeopleAt } = await playUntilReady(stage, script);
  const { name } = status;
  for (const line of readyReport(status, durationsOf(status, askedPeopleAt), platform)) say(line);
  const questions = questionsOf(status);
  for (const line of await showAnswers(platform, questions, signal)) say(line);
  if (before === undefined) {
    for (const line of tryNext(name, script.folder, script.requester)) say(line);
    return untilAborted(signal);
  }
  const ready = await look();
  const began = performance.now();
  say(`\n${script.requester.subject} deletes ${name}`);
  await playRemoval(stage, name, script.requester);
  say(`  ✓ deleted in ${seconds(performance.now() - began)}`);
  for (const line of await showSilence(platform, questions, signal)) say(line);
  const proof = proofOf(name, { before, ready, after: await look() }, platform.embedded.kubernetes);
  for (const line of proof.lines) say(line);
  if (!proof.clean)
    throw new NaasError({
      code: 'Unexpected',
      message: `the deletion of ${name} left a trace; it is listed above`,
    });
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  // A promise alone keeps no process alive; the timer does.
  const alive = setInterval(() => {}, 2 ** 30);
  await new Promise<void>((done) => {
    if (signal.aborted) done();
    signal.addEventListener('abort', () => done(), { once: true });
  });
  clearInterval(alive);
  say('\nStopping');
}

/** The folder of the platform goes; what the error says of it is then true of the kept logs. */
async function withLogsKept(error: unknown, stateDir: string): Promise<unknown> {
  const kept = await keepLogs(stateDir);
  if (kept === undefined) return error;
  console.error(`\nThe logs are kept in ${kept}`);
  if (error instanceof Error) error.message = error.message.replaceAll(stateDir, kept);
  return error;
}

function wantedOf(argv: string[]): Wanted | 'help' {
  const { values } = parseArgs({
    args: argv,
    options: {
      exit: { type: 'boolean', default: false },
      request: { type: 'string' },
      kubeconfig: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const requestFile = values.request === undefined ? undefined : resolve(values.request);
  return { exit: values.exit, requestFile, kubeconfig: values.kubeconfig };
}

function usage(argv: string[]): Wanted | undefined {
  try {
    const wanted = wantedOf(argv);
    if (wanted !== 'help') return wanted;
    say(USAGE);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = ERRORS.InvalidRequest.exit;
  }
  return undefined;
}

async function main(argv: string[]): Promise<void> {
  const wanted = usage(argv);
  if (wanted === undefined) return;
  const { signal, exitCode } = interruption();
  try {
    await start(wanted, signal);
    say('Everything is stopped; nothing is left.');
  } catch (error) {
    process.exitCode = exitCode() ?? explain(error);
    if (signal.aborted) say('Stopped; nothing is left.');
  }
}

/** Says what went wrong and answers the exit code that stands for it. */
function explain(error: unknown): number {
  const known = error instanceof NaasError ? error : undefined;
  const text = known
    ? known.problems.map((problem) => `${problem.code}: ${problem.message}`).join('\n')
    : String(error instanceof Error ? error.message : error);
  console.error(`\nnpm start failed.\n${text}`);
  if (known !== undefined) console.error(`  → ${ERRORS[known.code].hint}`);
  return ERRORS[known?.code ?? 'Unexpected'].exit;
}

await main(process.argv.slice(2));
