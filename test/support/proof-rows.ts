// What a proof suite leaves behind for the end of the run: one small file each, because every test file is a process of its
// own. Loaded by the tests and by the reporter alike.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ProofRow {
  suite: string;
  cases: number;
  violations: number;
  /** The test file that recorded it. */
  file: string;
}

/** Names the folder of this run; the reporter sets it before the first test file starts. */
export const PROOFS_FOLDER = 'NAAS_PROOFS_FOLDER';

export function writeProof(folder: string, row: ProofRow): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${encodeURIComponent(row.suite)}.json`);
  if (existsSync(file)) throw new Error(`two suites record themselves as "${row.suite}": give one another name`);
  writeFileSync(file, JSON.stringify(row));
}

export function readProofs(folder: string): ProofRow[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}
