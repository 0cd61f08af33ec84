// Keeps what a violated case was seen to do, one file each below .naas/evidence, so that it can be read after the run.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/paths.mjs';

const FOLDER = join(ROOT, '.naas', 'evidence');

export function keepEvidence(name: string, lines: readonly string[]): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.txt`), `${lines.join('\n')}\n`);
}
