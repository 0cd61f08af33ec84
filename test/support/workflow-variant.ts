// Builds the workflows with one change, as a later build or a mistake would have it. The tree itself is never touched.
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflows } from '../../src/local/workflow-bundle.ts';
import { ROOT } from '../../tools/paths.mjs';

/** Inside the checkout, so that the sources find their packages. */
const FOLDER = join(ROOT, '.naas', 'variants');

/** Answers the bundle's file. Fails when the text to change is not there: a variant that changes nothing proves nothing. */
export function variantOf(name: string, file: string, ...changes: string[]): Promise<string> {
  return variantIn(name, { [file]: changes });
}

/** The same in several files: each with what it says, and what it is to say instead, in turn. */
export async function variantIn(name: string, files: Record<string, readonly string[]>): Promise<string> {
  const folder = join(FOLDER, `${name}-${process.pid}`);
  await rm(folder, { recursive: true, force: true });
  for (const room of ['workflows', 'spec', 'activities', 'plan'])
    await cp(join(ROOT, 'src', room), join(folder, 'src', room), { recursive: true });
  for (const [file, changes] of Object.entries(files)) {
    const path = join(folder, 'src', 'workflows', file);
    await writeFile(path, changed(name, file, await readFile(path, 'utf8'), changes));
  }
  return bundleWorkflows({
    workflowsPath: join(folder, 'src', 'workflows', 'index.ts'),
    outFile: join(folder, 'bundle.js'),
  });
}

function changed(name: string, file: string, source: string, changes: readonly string[]): string {
  let text = source;
  for (let at = 0; at < changes.length; at += 2) {
    const from = changes[at] ?? '';
    if (!text.includes(from))
      throw new Error(`${file} no longer says ${JSON.stringify(from)}; adapt the variant "${name}"`);
    text = text.replace(from, changes[at + 1] ?? '');
  }
  return text;
}
