// Makes the package's fake able to run: a copy of the compiled workflows beside it, in which our own runtime stands in for
// Temporal's library, which works inside a worker only. Plain JavaScript without dependencies.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const LIBRARY = '@temporalio/workflow';

/** `out`: where the sources were compiled to. */
export async function standIn(out) {
  const copies = join(out, 'testing', 'workflows');
  await mkdir(copies, { recursive: true });
  for (const name of await scripts(join(out, 'workflows'))) {
    const text = await readFile(join(out, 'workflows', name), 'utf8');
    // One folder further from everything but their own neighbours.
    const moved = text.replaceAll(/(from ')\.\.\//g, '$1../../').replaceAll(`'${LIBRARY}'`, "'../workflow-runtime.js'");
    if (moved.includes(LIBRARY)) throw new Error(`${name} loads ${LIBRARY} in a way that the stand-in does not know`);
    await writeFile(join(copies, name), moved);
  }
  for (const name of await scripts(join(out, 'testing'))) {
    const file = join(out, 'testing', name);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replaceAll("'../workflows/", "'./workflows/"));
  }
}

async function scripts(folder) {
  return (await readdir(folder)).filter((name) => name.endsWith('.js'));
}
