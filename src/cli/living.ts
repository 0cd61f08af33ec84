// The living namespaces and what a catalog would make of each. Reads only; one that cannot be read hides no other.
import type { NaasClient } from '../client/api.ts';
import type { Catalog } from '../spec/catalog.ts';
import { ERRORS, type Problem } from '../spec/errors.ts';
import type { StatusRow } from '../spec/status.ts';
import { againstCatalog, type CatalogVerdict } from './catalog-difference.ts';
import { heldRequest } from './held-request.ts';
import { attempt } from './many.ts';

export type Looked = { name: string; team: string; exit: number } & (
  | CatalogVerdict
  | { verdict: 'unread'; problems: Problem[] }
);

export async function livingNamespaces(client: NaasClient): Promise<StatusRow[]> {
  const rows: StatusRow[] = [];
  for await (const row of client.list({ phase: 'ready' })) rows.push(row);
  return rows.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Those of them that live stand at the undo of an operation; from here nobody can tell them from removals. */
export async function countBlocked(client: NaasClient, team: string | undefined): Promise<number> {
  let count = 0;
  for await (const _row of client.list({ phase: 'blocked', ...(team === undefined ? {} : { team }) })) count += 1;
  return count;
}

/** Each costs the worker two queries; more at once would only queue there. */
const AT_ONCE = 8;

export async function lookAtAll(client: NaasClient, rows: readonly StatusRow[], catalog: Catalog): Promise<Looked[]> {
  const looked: Looked[] = new Array(rows.length);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < rows.length; index = next++) {
      const row = rows[index];
      if (row !== undefined) looked[index] = await lookAt(client, row, catalog);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, rows.length) }, work));
  return looked;
}

async function lookAt(client: NaasClient, { name, team }: StatusRow, catalog: Catalog): Promise<Looked> {
  const tried = await attempt(name, async () => {
    const [held, applied] = await Promise.all([heldRequest(client, name), client.plan(name)]);
    return againstCatalog(held, applied, catalog);
  });
  const { answer, problems = [], exit } = tried;
  return answer === undefined
    ? { name, team, exit, verdict: 'unread', problems }
    : { name, team, exit: exitOf(answer), ...answer };
}

/** A catalog that refuses what lives is a finding; that it differs is what was asked for. */
function exitOf(answer: CatalogVerdict): number {
  const [first] = answer.verdict === 'refused' ? answer.problems : [];
  return first === undefined ? 0 : ERRORS[first.code].exit;
}
