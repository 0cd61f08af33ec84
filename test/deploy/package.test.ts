// The package in an empty project: what is in it, that its types compile with every check, that the fake runs there, and that
// the example service gets a namespace with nothing but the client.
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNaasClient } from '../../src/client/index.ts';
import { localProver } from '../../src/providers/proofs/local-issuer.ts';
import { ROOT } from '../../tools/paths.mjs';
import { blocksOf } from '../support/doc-blocks.ts';
import { sharedPlatform, startTestWorker, type TestWorker } from '../support/platform.ts';
import { type Consumer, installPackage } from './installed-package.ts';

const run = promisify(execFile);

const PAGE = blocksOf('docs/callers.md').filter(({ section }) => section === 'TypeScript');

let consumer: Consumer;
beforeAll(() => {
  consumer = installPackage();
}, 300_000);
afterAll(() => consumer?.remove());

function inConsumer(args: string[], env: NodeJS.ProcessEnv = {}): Promise<{ stdout: string; stderr: string }> {
  return run(process.execPath, args, { cwd: consumer.dir, env: { ...process.env, ...env }, timeout: 120_000 });
}

const PROGRAM = `
import { createNaasClient, type NaasClient, type Prove } from 'naas/client';
import { createFakeNaas, type FakeNaas } from 'naas/testing';

const prove: Prove = async () => ({ subject: 'ada@example.com', groups: ['shop-developers'] });
const real: NaasClient = createNaasClient({ prove, deadlineMs: 1_000 });
const fake: FakeNaas = createFakeNaas({ atOnce: true });

export async function provision(naas: NaasClient): Promise<string> {
  const { name, awaits } = await naas.submit({}, { requestId: 'r' });
  const seats: string[] = awaits.map(({ slot }) => slot);
  for await (const { phase, inventory, lease } of naas.watch(name)) {
    if (phase === 'ready') return [name, inventory.length, lease?.days, ...seats].join(' ');
  }
  // @ts-expect-error: there is no such decision
  await naas.decide(name, { decision: 'perhaps' });
  // @ts-expect-error: a reason is asked of whoever gives something up
  await naas.skip(name, {});
  return name;
}

await provision(fake.as({ subject: 'ada@example.com', groups: [] }));
await real.close();
`;

const STRICTEST = {
  compilerOptions: {
    target: 'es2024',
    module: 'nodenext',
    lib: ['es2024'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
  },
  include: ['consumer.ts', 'page.mts'],
};

describe('the installed package', () => {
  it('holds what its exports name, schemas and examples, and no test', () => {
    const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      exports: Record<string, { types: string; default: string }>;
    };
    const named = Object.values(exports).flatMap((entry) => [entry.types, entry.default]);
    const wanted = [
      ...named.map((path) => path.replace('./', '')),
      'schemas/messages.json',
      'examples/service/service.mjs',
    ];
    expect(wanted.filter((path) => !consumer.files.includes(path))).toEqual([]);
    expect(consumer.files.filter((path) => path.startsWith('test/') || path.includes('.test.'))).toEqual([]);
  });

  it('compiles in a strict project that checks the libraries as well, without the types of Temporal', async () => {
    writeFileSync(join(consumer.dir, 'consumer.ts'), PROGRAM);
    writeFileSync(join(consumer.dir, 'page.mts'), PAGE[0]?.text ?? '');
    writeFileSync(join(consumer.dir, 'tsconfig.json'), JSON.stringify(STRICTEST));
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = await inConsumer([tsc, '-p', '.', '--listFiles']).catch((error: { stdout: string }) => {
      throw new Error(error.stdout);
    });
    const files = stdout.split('\n');
    expect(files.some((file) => file.endsWith('naas/dist/client/api.d.ts'))).toBe(true);
    expect(files.filter((file) => /node_modules\/(@temporalio|@kubernetes|zod)\//.test(file))).toEqual([]);
  });

  it('brings a fake that does there what the page says', async () => {
    const [program, output] = PAGE;
    expect([program?.language, output?.language]).toEqual(['ts', 'text']);
    writeFileSync(join(consumer.dir, 'page.mts'), program?.text ?? '');
    // It ends by itself: nothing that the fake holds keeps a process alive.
    const { stdout, stderr } = await inConsumer(['--disable-warning=ExperimentalWarning', 'page.mts']);
    expect({ stdout, stderr }).toEqual({ stdout: output?.text, stderr: '' });
  });
});

describe('the example service', () => {
  let worker: TestWorker;
  beforeAll(async () => {
    worker = await startTestWorker();
    cpSync(join(ROOT, 'examples', 'service'), join(consumer.dir, 'service'), { recursive: true });
  });
  afterAll(() => worker?.stop());

  function asAda(groups = 'shop-developers'): NodeJS.ProcessEnv {
    const { temporalAddress, temporalNamespace, issuerKeyFile } = sharedPlatform();
    const temporal = { TEMPORAL_ADDRESS: temporalAddress, TEMPORAL_NAMESPACE: temporalNamespace };
    const who = { NAAS_ISSUER_KEY: issuerKeyFile, NAAS_AS: 'ada@example.com', NAAS_GROUPS: groups };
    return { ...temporal, ...who, NAAS_TASK_QUEUE: worker.taskQueue };
  }

  it('gets a namespace on the real platform, tells its progress, and finds it again', async () => {
    const { stdout, stderr } = await inConsumer(['service/service.mjs', 'shop', 'service', 'dev'], asAda());
    const made = JSON.parse(stdout) as { namespace: string; objects: number };
    expect(made).toMatchObject({ namespace: 'shop-service-dev', cluster: 'local', lease: { days: 30 } });
    expect(made.objects).toBeGreaterThan(8);
    expect(stderr).toMatch(/^((requested|provisioning) \(.*\): .*\n)*$/);
    const again = await inConsumer(['service/service.mjs', 'shop', 'service', 'dev'], asAda());
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(stdout));
  });

  it('tells why it gets none', async () => {
    const refused = inConsumer(['service/service.mjs', 'payments', 'ledger', 'dev'], asAda('shop-developers'));
    await expect(refused).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^NotAllowed: .*payments/m) });
    await expect(inConsumer(['service/service.mjs'], asAda())).rejects.toMatchObject({ code: 2 });
  });

  it('leaves a namespace that its owner can delete', async () => {
    const { temporalAddress, temporalNamespace, issuerKeyFile } = sharedPlatform();
    const client = createNaasClient({
      address: temporalAddress,
      namespace: temporalNamespace,
      taskQueue: worker.taskQueue,
      prove: localProver({ keyFile: issuerKeyFile, subject: 'ada@example.com', groups: [] }),
    });
    try {
      await client.teardown('shop-service-dev');
      const phases: string[] = [];
      for await (const { phase } of client.watch('shop-service-dev')) phases.push(phase);
      expect(phases.at(-1)).toBe('deleted');
    } finally {
      await client.close();
    }
  });
});
