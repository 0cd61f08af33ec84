// One folder of set-up's cache, made once however many ask for it at a time. Plain JavaScript without dependencies.
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { cacheDir } from './paths.mjs';

/**
 * Makes the folder of a binary in the cache: into a draft beside it, then one rename, so that a reader never meets half
 * of it, whatever ends this process.
 */
export async function cached(env, binary, make) {
  if (existsSync(binary)) return binary;
  const cache = cacheDir(env);
  // The binary's folder is the first level below the cache.
  const folder = join(cache, binary.slice(cache.length + 1).split(/[/\\]/)[0]);
  return await withLock(`${folder}.lock`, async () => {
    if (existsSync(binary)) return binary;
    const draft = `${folder}.draft`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    await make(draft, `${folder}.log`);
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
    await rm(`${folder}.log`, { force: true });
    if (!existsSync(binary)) throw new Error(`${folder} was made, but ${binary} is not in it`);
    return binary;
  });
}

export async function explain(work, mend) {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${error.message}\n  ${mend}.`);
  }
}
