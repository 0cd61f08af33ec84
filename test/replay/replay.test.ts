// Replays recorded histories of every path with the workflows of this tree: a change that would break a running namespace
// fails here. New recordings: RECORD_HISTORIES=1 npm test -- test/replay
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../src/local/workflow-bundle.ts';
import { ROOT } from '../../tools/paths.mjs';
import { sharedPlatform } from '../support/platform.ts';
import { RECORDED_PATHS, recordHistories } from '../support/recorded-paths.ts';
import { variantOf } from '../support/workflow-variant.ts';

const FOLDER = join(import.meta.dirname, 'histories');

let bundle: string;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  if (process.env['RECORD_HISTORIES'] === '1') {
    const histories = await recordHistories(sharedPlatform().temporalAddress);
    for (const [path, history] of Object.entries(histories))
      await writeFile(join(FOLDER, `${path}.json`), `${history}\n`);
  }
  bundle = await bundleWorkflows();
});

afterAll(() => rm(join(ROOT, '.naas', 'variants'), { recursive: true, force: true }));

async function replay(path: string, codePath: string): Promise<void> {
  const { workflowId, history } = JSON.parse(await readFile(join(FOLDER, `${path}.json`), 'utf8')) as {
    workflowId: string;
    history: unknown;
  };
  await Worker.runReplayHistory({ workflowBundle: { codePath } }, history, workflowId);
}

describe('recorded histories', () => {
  it('cover every path', async () => {
    expect((await readdir(FOLDER)).sort()).toEqual(RECORDED_PATHS.map((path) => `${path}.json`).sort());
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
