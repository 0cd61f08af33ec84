// docs/callers.md, run as it stands: each command and program that it shows, against the real platform, and each output that it
// promises.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_TASK_QUEUE } from '../../src/spec/names.ts';
import { type Contract, readSchema } from '../support/contract.ts';
import { type Block, blocksOf } from '../support/doc-blocks.ts';
import { sharedPlatform, startTestWorker, type TestWorker } from '../support/platform.ts';
import { pythonWith } from '../support/python-packages.ts';

const run = promisify(execFile);
const BLOCKS = blocksOf('docs/callers.md');
const CLI = inSection('With the `temporal` command');
const PYTHON = inSection('From Python');

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'naas-callers-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function inSection(section: string): Block[] {
  return BLOCKS.filter((block) => block.section === section);
}

/** What a person has in the shell after `naas local env`. */
function environment(): NodeJS.ProcessEnv {
  const { temporalAddress, temporalNamespace, temporalCli, issuerKeyFile } = sharedPlatform();
  return {
    ...process.env,
    PATH: [dirname(temporalCli), process.env['PATH']].join(':'),
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: temporalNamespace,
    NAAS_ISSUER_KEY: issuerKeyFile,
  };
}

/** The commands on the page find their worker on the queue that it names. */
async function withWorker(env: NodeJS.ProcessEnv, use: (worker: TestWorker) => Promise<void>): Promise<void> {
  const worker = await startTestWorker({ taskQueue: DEFAULT_TASK_QUEUE, env });
  try {
    await use(worker);
  } finally {
    await worker.stop();
  }
}

const MARK = '@@ next block';

/** One shell for all blocks, as somebody would type them; answers what each printed. */
async function shell(blocks: readonly Block[]): Promise<string[]> {
  const script = blocks.map(({ text }) => text).join(`echo '${MARK}'\n`);
  const { stdout } = await run('sh', ['-euc', script], { env: environment(), cwd: dir, timeout: 120_000 });
  return stdout.split(`${MARK}\n`);
}

async function namespaces(): Promise<string> {
  const { kubectl, kubeconfig } = sharedPlatform();
  return (await run(kubectl, ['--kubeconfig', kubeconfig, 'get', 'namespaces', '-o', 'name'])).stdout;
}

/** `…` stands for a text that differs each time, `["…"]` for a list that is too long to be shown. */
function promised(block: Block): unknown {
  const anything = (_: string, value: unknown): unknown => {
    if (value === '…') return expect.any(String);
    return Array.isArray(value) && value[0] instanceof ANY ? expect.any(Array) : value;
  };
  return JSON.parse(block.text, anything);
}

const ANY = expect.any(String).constructor;

function answerIn(output: string): unknown {
  const { result, updateResult } = JSON.parse(output.slice(0, output.indexOf('\n}\n') + 3));
  return updateResult ?? result;
}

function expectAsInSchema(message: string, answer: unknown): void {
  const { messages, definitions } = readSchema<Contract>('messages.json');
  const ajv = new Ajv();
  expect(ajv.validate({ ...messages[message]?.answer, definitions }, answer), ajv.errorsText()).toBe(true);
}

describe('the page', () => {
  it('shows nothing that no test runs', () => {
    const kinds = (blocks: readonly Block[]): string => blocks.map(({ language }) => language).join(' ');
    expect(kinds(CLI)).toBe('sh json sh json sh sh sh json sh json');
    expect(kinds(PYTHON)).toBe('sh python text');
    // The fake is played by test/deploy/package.test.ts, in a project of its own.
    const others = BLOCKS.filter((block) => ![...CLI, ...PYTHON, ...inSection('TypeScript')].includes(block));
    expect(others.filter(({ language }) => ['sh', 'python', 'json'].includes(language))).toEqual([]);
  });
});

describe('the plain temporal command', () => {
  const commands = CLI.filter(({ language }) => language === 'sh');
  const answers = CLI.filter(({ language }) => language === 'json').map(promised);

  it('takes a namespace from request to deletion where the catalog trusts Temporal', async () => {
    const catalog = join(dir, 'catalog');
    await cp(sharedPlatform().catalogDir, catalog, { recursive: true });
    const approvals = join(catalog, 'approvals.yaml');
    await writeFile(approvals, (await readFile(approvals, 'utf8')).replace('trust: signed', 'trust: temporal'));
    await withWorker({ NAAS_CATALOG: catalog }, async () => {
      const [submitted, decided, signalled, watched, changed, deleted] = await shell(commands);
      const given = [submitted, decided, changed, deleted].map((each) => answerIn(each ?? ''));
      expect(given).toEqual(answers);
      const [submitAnswer, decideAnswer, changeAnswer, teardownAnswer] = given;
      expectAsInSchema('submit', submitAnswer);
      expectAsInSchema('decide', decideAnswer);
      expectAsInSchema('change', changeAnswer);
      expectAsInSchema('teardown', teardownAnswer);
      expect(signalled).toContain('succeeded');
      for (const who of ['lee@example.com', 'pia@example.com']) expect(watched).toContain(`"by": "${who}"`);
      expect(watched).toContain('"kind": "effect"');
      expect(await namespaces()).not.toContain('shop-search-prod');
    });
  });

  it('is refused without a signature as shipped, and told why', async () => {
    await withWorker({}, async () => {
      // Under an id that the server has not seen yet: it would answer a repeated one from its memory.
      const [asking] = commands.map((block) => ({ ...block, text: block.text.replaceAll('search', 'unsigned') }));
      await expect(shell(asking === undefined ? [] : [asking])).rejects.toMatchObject({
        stderr: expect.stringMatching(/by: it is not signed[\s\S]*type: Unproven/),
      });
    });
  });
});

describe('the Python program', () => {
  const [install, program, output] = PYTHON;

  it('does and prints what the page says', async () => {
    const requirements = /pip install (.*)\n/.exec(install?.text ?? '')?.[1]?.split(' ') ?? [];
    expect(requirements.every((each) => /^[a-z]+==[\d.]+$/.test(each))).toBe(true);
    const env = { ...pythonWith(requirements), ...environment(), PYTHONPATH: pythonWith(requirements)['PYTHONPATH'] };
    await writeFile(join(dir, 'caller.py'), program?.text ?? '');
    await withWorker({}, async () => {
      const { stdout } = await run('python3', ['caller.py'], { env, cwd: dir, timeout: 120_000 });
      expect(stdout).toBe(output?.text);
      expect(await namespaces()).not.toContain('shop-report-staging');
    });
  }, 400_000);
});
