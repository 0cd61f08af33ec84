// Which servers the tests of a mutation stand on: a platform of their own, or the one that the runner holds.
import type { TestProject } from 'vitest/node';
import ownPlatform from '../support/global-setup.ts';

/** Set for each run: `none`, `own`, or the data of the shared platform. */
export const SERVERS = 'NAAS_MUTATE_SERVERS';

export default async function servers(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env[SERVERS] ?? 'own';
  if (given === 'own') return ownPlatform(project);
  project.provide('platforms', [JSON.parse(given)]);
  return async () => undefined;
}
