// A copy of the sources in a temporary folder, with a link to the installed packages: mutations happen there and nowhere else.
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { findGatewayCrds, findParts, ROOT } from '../../tools/paths.mjs';
import { type Guard, without } from './guard.ts';

export interface Tree {
  root: string;
  /** For whatever runs in it: the parts that set-up has found, and a cache that goes with the tree. */
  env: NodeJS.ProcessEnv;
  /** Runs `work` while the guard is taken away. */
  mutated<T>(guard: Guard, work: () => Promise<T>): Promise<T>;
  remove(): Promise<void>;
}

/** What is linked, made by tools, or history. */
const LEFT_OUT = new Set(['node_modules', '.git', '.tools', '.naas', 'dist', 'coverage']);

export async function copyTree(): Promise<Tree> {
  const folder = await mkdtemp(join(tmpdir(), 'naas-mutate-'));
  const root = join(folder, 'tree');
  await cp(ROOT, root, {
    recursive: true,
    filter: (path) => !LEFT_OUT.has(relative(ROOT, path).split(sep)[0] ?? ''),
  });
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'dir');
  return {
    root,
    env: { ...process.env, ...partsOf(process.env), XDG_CACHE_HOME: join(folder, 'cache') },
    async mutated(guard, work) {
      const file = join(root, guard.file);
      const source = await readFile(file, 'utf8');
      await writeFile(file, without(guard, source));
      try {
        return await work();
      } finally {
        await writeFile(file, source);
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** By name, because the tree has a cache of its own: workflow bundles of mutants are of no use to anybody. */
function partsOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { controlPlane, temporalCli, temporalTestServer } = findParts(env);
  const definitions = findGatewayCrds(env);
  return {
    ...(controlPlane === null ? {} : { NAAS_CONTROLPLANE: controlPlane }),
    ...(temporalCli === null ? {} : { NAAS_TEMPORAL_CLI: temporalCli }),
    ...(temporalTestServer === null ? {} : { NAAS_TEMPORAL_TEST_SERVER: temporalTestServer }),
    ...(definitions === null ? {} : { NAAS_UPSTREAM_CRDS: definitions }),
  };
}
