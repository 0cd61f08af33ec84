// The workflow code as one file, built once per change and kept in the cache: a worker that need not bundle starts one
// to two seconds sooner. It imports the bundler only when there is something to build.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { cacheDir, ROOT } from '../../tools/paths.mjs';

export interface BundleOptions {
  /** Default: this build's workflows; a test of the next build names another entry file. */
  workflowsPath?: string;
  /** A copy is put there as well; without it the file in the cache is the answer. */
  outFile?: string;
}

/** Every edit leaves one behind; more than these are of no use to anybody. */
const KEEP = 10;
/** Other checkouts share the cache, and a worker may start any time later: what was used a moment ago stays. */
const USED_WITHIN_MS = 6 * 3_600_000;

export async function bundleWorkflows(options: BundleOptions = {}): Promise<string> {
  const workflowsPath = options.workflowsPath ?? join(ROOT, 'src', 'workflows', 'index.ts');
  const folder = join(cacheDir(), 'workflow-bundles');
  const cached = join(folder, `${await fingerprint(workflowsPath)}.js`);
  if (!existsSync(cached)) {
    const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
    // The bundler reports its progress as information; only what is wrong concerns anybody.
    const converter = join(dirname(workflowsPath), 'data-converter.ts');
    const { code } = await bundleWorkflowCode({
      workflowsPath,
      // Loaded once for all runs of a worker instead of once for each: a third of a cached run's memory. Only for modules
      // without a state of their own, which a test holds the workflows to.
      preloadModules: [workflowsPath],
      payloadConverterPath: converter,
      failureConverterPath: converter,
      logger: new DefaultLogger('WARN'),
    });
    await mkdir(folder, { recursive: true });
    const draft = `${cached}.${process.pid}.tmp`;
    await writeFile(draft, code);
    await rename(draft, cached);
    await prune(folder);
  } else await utimes(cached, new Date(), new Date());
  if (options.outFile === undefined) return cached;
  await mkdir(dirname(options.outFile), { recursive: true });
  await copyFile(cached, options.outFile);
  return options.outFile;
}

/** Everything that can change the bundle: its sources, the folder of its entry file, the SDK, and how it is made here. */
async function fingerprint(workflowsPath: string): Promise<string> {
  const hash = createHash('sha256');
  const sdk = JSON.parse(
    await readFile(join(ROOT, 'node_modules', '@temporalio', 'worker', 'package.json'), 'utf8'),
  ) as { version: string };
  hash.update(`${sdk.version}\n${relative(ROOT, workflowsPath)}\n`);
  hash.update(await readFile(import.meta.filename));
  const folders = ['src/workflows', 'src/spec', 'src/money'].map((folder) => join(ROOT, folder));
  for (const folder of new Set([...folders, dirname(workflowsPath)])) {
    for (const file of await sourcesIn(folder)) {
      hash.update(`${relative(ROOT, file)}\n`);
      hash.update(await readFile(file));
    }
  }
  return hash.digest('hex').slice(0, 24);
}

async function sourcesIn(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function prune(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js'));
  const dated = await Promise.all(
    names.map(async (name) => ({ file: join(folder, name), at: (await stat(join(folder, name))).mtimeMs })),
  );
  const unused = dated.filter(({ at }) => at < Date.now() - USED_WITHIN_MS);
  const old = unused.sort((a, b) => b.at - a.at).slice(KEEP);
  await Promise.all(old.map(({ file }) => rm(file, { force: true })));
}
