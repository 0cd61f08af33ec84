// Which binaries the embedded platform runs: named by a variable, on PATH, or in set-up's cache. It fetches nothing.
import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { compareVersions, findParts, onPath, VERSIONS } from '../../tools/paths.mjs';

const MEND = 'Run `npm start` or `npm test` once: their set-up fetches it';

export function controlPlaneBinary(env: NodeJS.ProcessEnv = process.env): string {
  const found = findParts(env).controlPlane;
  if (found === null) {
    throw new Error(`No Kubernetes control plane binary in the cache. ${MEND}; or name one in NAAS_CONTROLPLANE.`);
  }
  return found;
}

export function temporalCli(env: NodeJS.ProcessEnv = process.env): string {
  const named = env['NAAS_TEMPORAL_CLI'];
  if (named) return named;
  const installed = onPath('temporal', env);
  if (installed !== null && isRecent(installed)) return installed;
  const cached = findParts(env).temporalCli;
  if (cached === null) {
    throw new Error(
      `No Temporal CLI: none on PATH of version ${VERSIONS.temporalMinimum} or later, none in the cache. ${MEND}; or name one in NAAS_TEMPORAL_CLI.`,
    );
  }
  return cached;
}

export function temporalTestServer(env: NodeJS.ProcessEnv = process.env): string {
  const found = findParts(env).temporalTestServer;
  if (found === null) {
    throw new Error(
      'No time-skipping Temporal test server in the cache. Run `npm test` once: its set-up fetches it; or name one in NAAS_TEMPORAL_TEST_SERVER.',
    );
  }
  return found;
}

/**
 * A folder for PATH with `kubectl` and `temporal`. The control plane binary is kubectl when it is called so. With a
 * cluster or a Temporal that was there before, a missing tool is no error: its plain name is the answer.
 */
export async function linkBinaries(folder: string): Promise<{ kubectl: string; temporalCli: string }> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const link = async (name: string, find: () => string | null): Promise<string> => {
    const target = found(find);
    if (target === null) return name;
    await symlink(target, join(folder, name));
    return join(folder, name);
  };
  const [kubectl, cli] = await Promise.all([
    link('kubectl', () => findParts().controlPlane ?? onPath('kubectl')),
    link('temporal', temporalCli),
  ]);
  return { kubectl, temporalCli: cli };
}

function found(find: () => string | null): string | null {
  try {
    return find();
  } catch {
    return null;
  }
}

/** `temporal version 1.9.1 (Server …)`; one that cannot even say its version is not used. */
function isRecent(cli: string): boolean {
  try {
    // Five seconds: it only prints a line.
    const said = execFileSync(cli, ['--version'], { encoding: 'utf8', timeout: 5_000 });
    const version = /version (\d+\.\d+\.\d+)/.exec(said)?.[1];
    return version !== undefined && compareVersions(version, VERSIONS.temporalMinimum) >= 0;
  } catch {
    return false;
  }
}
