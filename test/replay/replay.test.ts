// Replays the recorded histories of every release with the workflows of this tree: a change that would break a running
// namespace fails here. RECORD_HISTORIES=1 records what this version lacks, RECORD_HISTORIES=PATH,PATH these anew.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../src/local/workflow-bundle.ts';
import { PHASES, TRANSITIONS } from '../../src/spec/lifecycle.ts';
import { ROOT } from '../../tools/paths.mjs';
import { sharedPlatform } from '../support/platform.ts';
import { RECORDED_PATHS, recordHistories } from '../support/recorded-paths.ts';
import { historyFile, ownVersion, recordedSets } from '../support/recorded-sets.ts';
import { variantOf } from '../support/workflow-variant.ts';

/** One of the paths waits three minutes for an approval to lapse. */
const RECORDING_TAKES_MS = 600_000;

let bundle: string;

beforeAll(async () => {
  // The core warns of each history that does not fit; the tests say which those are.
  const logging = { filter: makeTelemetryFilterString({ core: 'ERROR' }) };
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging } });
  const wanted = process.env['RECORD_HISTORIES'];
  if (wanted !== undefined) await record(wanted === '1' ? missing() : wanted.split(','));
  bundle = await bundleWorkflows();
}, RECORDING_TAKES_MS);

afterAll(() => rm(join(ROOT, '.naas', 'variants'), { recursive: true, force: true }));

/** What a release recorded is what its runs did: it is not written over because a later build does otherwise. */
function missing(): string[] {
  const recorded = recordedSets()[ownVersion()] ?? [];
  return RECORDED_PATHS.filter((path) => !recorded.includes(path));
}

async function record(paths: readonly string[]): Promise<void> {
  for (const [path, history] of Object.entries(await recordHistories(sharedPlatform().temporalAddress, paths))) {
    const file = historyFile(ownVersion(), path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${history}\n`);
  }
}

interface Recorded {
  workflowId: string;
  history: {
    events: {
      workflowExecutionStartedEventAttributes?: { continuedExecutionRunId?: string };
      upsertWorkflowSearchAttributesEventAttributes?: {
        searchAttributes: { indexedFields: Record<string, { data: string }> };
      };
    }[];
  };
}

/** `VERSION/PATH` of all, whatever release recorded them. */
function all(): string[] {
  return Object.entries(recordedSets()).flatMap(([version, paths]) => paths.map((path) => `${version}/${path}`));
}

async function recorded(which: string): Promise<Recorded> {
  const [version = '', path = ''] = which.split('/');
  return JSON.parse(await readFile(historyFile(version, path), 'utf8')) as Recorded;
}

/** The phases as the run published them, one after the other; a renewed history goes on from `ready`. */
function stepsOf({ history }: Recorded): string[] {
  const fields = history.events.map(
    (event) => event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes.indexedFields['NaasPhase']?.data,
  );
  const phases = fields.flatMap((data) =>
    data === undefined ? [] : [JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as string],
  );
  const renewed = history.events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
  const first = renewed === undefined || renewed === '' ? 'requested' : 'ready';
  return phases.map((phase, index) => `${phases[index - 1] ?? first} → ${phase}`);
}

/** Fails with the name of the history, and why it does not fit. */
async function replay(which: string, { workflowId, history }: Recorded, codePath: string): Promise<void> {
  try {
    await Worker.runReplayHistory({ workflowBundle: { codePath } }, history, workflowId);
  } catch (error) {
    throw new Error(`${which} does not replay: ${String(error)}`, { cause: error });
  }
}

/** One of a life in which something was made, and one of a life in which nothing was: each replay takes its time. */
const GRANTED = `${ownVersion()}/approved-by-policy`;
const REJECTED = `${ownVersion()}/rejected`;

/** What a build says of those of the two that it cannot go on with. */
async function brokenBy(codePath: string): Promise<string[]> {
  const broken: string[] = [];
  for (const which of [GRANTED, REJECTED]) {
    const history = await recorded(which);
    await replay(which, history, codePath).catch(({ message }: Error) => broken.push(message));
  }
  return broken;
}

function notFitting(which: string): RegExp {
  return new RegExp(`^${which} does not replay: .*Nondeterminis`, 'i');
}

describe('recorded histories', () => {
  it('together take every step that leads from one phase to another', async () => {
    const taken = new Set<string>();
    for (const path of RECORDED_PATHS)
      for (const step of stepsOf(await recorded(`${ownVersion()}/${path}`))) taken.add(step);
    const every = PHASES.flatMap((from) => TRANSITIONS[from].map((to) => `${from} → ${to}`));
    expect(every.filter((step) => !taken.has(step))).toEqual([]);
  });

  it.each(all())('%s replays', async (which) => {
    await expect(replay(which, await recorded(which), bundle)).resolves.toBeUndefined();
  });
});

const STAGES = 'for (const stages of ORDER) await together(stages.map((stage) => () => ensure(run, stage)));';
const IMPORTS = "import { isCancellation } from '@temporalio/workflow';";

describe('the replay gate', () => {
  it.each<[string, string, ...string[]]>([
    ['a reordered step', 'provision.ts', 'for (const stages of ORDER)', 'for (const stages of ORDER.toReversed())'],
    [
      'a step that is added without a patch',
      'provision.ts',
      STAGES,
      `await claiming(admittedOf(run).timing, 'once more').claimNamespace({ stage: '' });\n      ${STAGES}`,
    ],
    [
      'a command that is changed without a patch',
      'provision.ts',
      ').ensureEquipment(input)',
      ').ensureGuardrails(input)',
    ],
    [
      'a step that is left out without a patch',
      'provision.ts',
      STAGES,
      STAGES.replace('ORDER', "ORDER.filter((each) => !each.includes('access'))"),
    ],
  ])('catches %s, and names the path that it breaks', async (_what, file, ...changes) => {
    expect(await brokenBy(await variantOf('unpatched', file, ...changes))).toEqual([
      expect.stringMatching(notFitting(GRANTED)),
    ]);
  });

  it('lets the same command through behind a patch', async () => {
    const patched = await variantOf(
      'patched',
      'provision.ts',
      "case 'equipment':\n",
      "case 'equipment':\n      if (patched('equip-otherwise')) return ensuring(timing, 'otherwise').ensureGuardrails(input);\n",
      IMPORTS,
      IMPORTS.replace('{ ', '{ patched, '),
    );
    expect(await brokenBy(patched)).toEqual([]);
  });
});

describe('a patch that runs have taken', () => {
  const DECIDED = '  // The phase may have moved on while the proof was checked.\n';
  const DECISION_IMPORTS = "import { judge, openSlots } from '../spec/approval.ts';";
  const TAKEN = 'with-a-patch/rejected';
  let taken: Recorded;

  /** One more step in each decision. */
  const decidingWith = (name: string, step: string, ...names: string[]): Promise<string> =>
    variantOf(
      name,
      'decision.ts',
      DECIDED,
      `  ${step}\n${DECIDED}`,
      DECISION_IMPORTS,
      `import { ${names.join(', ')} } from '@temporalio/workflow';\n${DECISION_IMPORTS}`,
    );

  beforeAll(async () => {
    const build = await decidingWith('taken', "if (patched('look-twice')) await sleep(1);", 'patched', 'sleep');
    const histories = await recordHistories(sharedPlatform().temporalAddress, ['rejected'], {
      NAAS_WORKFLOW_BUNDLE: build,
    });
    taken = JSON.parse(histories['rejected'] ?? '') as Recorded;
    await replay(TAKEN, taken, build);
    expect(await brokenBy(build)).toEqual([]);
  });

  it('is missed when it is gone with its step', async () => {
    await expect(replay(TAKEN, taken, bundle)).rejects.toThrow(notFitting(TAKEN));
  });

  it('is missed when its step stays without it, by runs of before and after', async () => {
    const bare = await decidingWith('bare', 'await sleep(1);', 'sleep');
    await expect(replay(TAKEN, taken, bare)).rejects.toThrow(notFitting(TAKEN));
    expect(await brokenBy(bare)).toEqual([expect.stringMatching(notFitting(REJECTED))]);
  });

  it('may be marked as deprecated once no run of before lives', async () => {
    const ended = await decidingWith(
      'ended',
      "deprecatePatch('look-twice'); await sleep(1);",
      'deprecatePatch',
      'sleep',
    );
    await expect(replay(TAKEN, taken, ended)).resolves.toBeUndefined();
    expect(await brokenBy(ended)).toEqual([expect.stringMatching(notFitting(REJECTED))]);
  });
});
