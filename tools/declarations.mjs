// Takes out of the compiled types what no consumer can use: the definitions of messages name types of Temporal's library, which
// every consumer would then have to check. Plain JavaScript without dependencies.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const CONTRACTS = ['messages', 'domain-contract'];

/** `out`: where the sources were compiled to. */
export async function lightenTypes(out) {
  for (const name of CONTRACTS) await lighten(join(out, 'workflows', `${name}.d.ts`));
}

async function lighten(file) {
  const lines = (await readFile(file, 'utf8')).split('\n');
  const kept = lines.filter((line) => !/^export declare const \w+: import\("@temporalio\//.test(line));
  if (kept.some((line) => line.includes('@temporalio/'))) throw new Error(`${file} still names Temporal's library`);
  await writeFile(file, kept.join('\n'));
}
