// Are the packages of the lockfile the ones in node_modules? Compares with npm's own record of what it installed, so that
// an `npm install` by hand counts and an interrupted one does not. Plain JavaScript without dependencies.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export async function packagesInstalled(root) {
  const [lock, hidden] = await Promise.all([
    readJson(join(root, 'package-lock.json')),
    readJson(join(root, 'node_modules', '.package-lock.json')),
  ]);
  if (lock === null) throw new Error(`${join(root, 'package-lock.json')} is missing or not JSON: restore it from git`);
  return hidden !== null && sameVersions(lock, hidden);
}

/** Optional packages are for some platforms only: they may be missing, but not be of another version. */
export function sameVersions(lock, hidden) {
  const wanted = Object.entries(lock.packages).filter(([path]) => path !== '');
  const present = hidden.packages;
  const names = new Set(wanted.map(([path]) => path));
  return (
    wanted.every(([path, entry]) => {
      const found = present[path];
      if (found === undefined) return entry.optional === true || entry.devOptional === true;
      return found.version === entry.version;
    }) && Object.keys(present).every((path) => names.has(path))
  );
}

async function readJson(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
}
