// Replays recorded histories of every path with the workflows of this tree: a change that would break a running namespace
// fails here. New recordings: RECORD_HISTORIES=1 (all), or RECORD_HISTORIES=PATH,PATH npm test -- test/replay
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../src/local/workflow-bundle.ts';
import { PHASES, TRANSITIONS } from '../../src/spec/lifecycle.ts';
import { ROOT } from '../../tools/paths.mjs';
import { sharedPlatform } from '../support/platform.ts';
import { RECORDED_PATHS, recordHistories } from '../support/recorded-paths.ts';
import { variantOf } from '../support/workflow-variant.ts';

const FOLDER = join(import.meta.dirname, 'histories');

/** One of the paths waits three minutes for an approval to lapse. */
const RECORDING_TAKES_MS = 600_000;

let bundle: string;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const wanted = process.env['RECORD_HISTORIES'];
  if (wanted !== undefined) {
    const paths = wanted === '1' ? RECORDED_PATHS : wanted.split(',');
    const histories = await recordHistories(sharedPlatform().temporalAddress, paths);
    for (const [path, history] of Object.entries(histories))
      await writeFile(join(FOLDER, `${path}.json`), `${history}\n`);
  }
  bundle = await bundleWorkflows();
}, RECORDING_TAKES_MS);

afterAll(() => rm(join(ROOT, '.naas', 'variants'), { recursive: true, force: true }));

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

async function recorded(path: string): Promise<Recorded> {
  return JSON.parse(await readFile(join(FOLDER, `${path}.json`), 'utf8')) as Recorded;
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

async function replay(path: string, codePath: string): Promise<void> {
  const { workflowId, history } = await recorded(path);
  await Worker.runReplayHistory({ workflowBundle: { codePath } }, history, workflowId);
}

describe('recorded histories', () => {
  it('cover every path', async () => {
    expect((await readdir(FOLDER)).sort()).toEqual(RECORDED_PATHS.map((path) => `${path}.json`).sort());
  });

  it('together take every step that leads from one phase to another', async () => {
    const taken = new Set<string>();
    for (const path of RECORDED_PATHS) for (const step of stepsOf(await recorded(path))) taken.add(step);
    const all = PHASES.flatMap((from) => TRANSITIONS[from].map((to) => `${from} → ${to}`));
    expect(all.filter((step) => !taken.has(step))).toEqual([]);
  });

  it.each(RECORDED_PATHS)('%s replays', async (path) => {
    await expect(replay(path, bundle)).resolves.toBeUndefined();
  });
});

describe('the replay gate', () => {
  it('catches a reordered step', async () => {
    const reordered = await variantOf(
      'reordered',
      'provision.ts',
      'for (const stage of STAGES)',
      'for (const stage of [...STAGES].reverse())',
    );
    await expect(replay('approved-by-policy', reordered)).rejects.toThrow(/[Nn]ondeterminis/);
  });

  it('catches a step that is added without a patch', async () => {
    const added = await variantOf(
      'added',
      'provision.ts',
      'for (const stage of STAGES) await ensure(run, stage);',
      "await claiming(admittedOf(run).timing, 'once more').claimNamespace({ stage: '' });\n      for (const stage of STAGES) await ensure(run, stage);",
    );
    await expect(replay('approved-by-policy', added)).rejects.toThrow(/[Nn]ondeterminis/);
  });
});
