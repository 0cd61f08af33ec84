// Builds the workflows with one change, as a later build or a mistake would have it. The tree itself is never touched.
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflows } from '../../src/local/workflow-bundle.ts';
import { ROOT } from '../../tools/paths.mjs';

/** Inside the checkout, so that the sources find their packages. */
const FOLDER = join(ROOT, '.naas', 'variants');

/** Answers the bundle's file. Fails when the text to change is not there: a variant that changes nothing proves nothing. */
export async function variantOf(name: string, file: string, ...changes: string[]): Promise<string> {
  const folder = join(FOLDER, `${name}-${process.pid}`);
  await rm(folder, { recursive: true, force: true });
  for (const room of ['workflows', 'spec', 'activities', 'plan'])
    await cp(join(ROOT, 'src', room), join(folder, 'src', room), { recursive: true });
  const path = join(folder, 'src', 'workflows', file);
  let source = await readFile(path, 'utf8');
  for (let at = 0; at < changes.length; at += 2) {
    const from = changes[at] ?? '';
    if (!source.includes(from))
      throw new Error(`${file} no longer says ${JSON.stringify(from)}; adapt the variant "${name}"`);
    source = source.replace(from, changes[at + 1] ?? '');
  }
  await writeFile(path, source);
  return bundleWorkflows({
    workflowsPath: join(folder, 'src', 'workflows', 'index.ts'),
    outFile: join(folder, 'bundle.js'),
  });
}
