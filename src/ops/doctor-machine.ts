// What `naas doctor` finds on this machine: Node, the programs, the catalog. Reads only.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readCatalog } from '../config.ts';
import { NaasError } from '../spec/errors.ts';
import { type Check, LOOK_MS, look } from './doctor-check.ts';
import { keysCheck, trustCheck } from './doctor-proofs.ts';

/** The oldest Node that runs TypeScript as it is; the same as `engines` in package.json. */
const OLDEST_NODE = [22, 19] as const;

const run = promisify(execFile);

export interface MachineOptions {
  catalogDir?: string;
  trustedKeysFile?: string;
  env: Record<string, string | undefined>;
}

export function machineChecks(options: MachineOptions): Promise<Check[]> {
  const { env } = options;
  return Promise.all([
    Promise.resolve(nodeCheck(process.versions.node)),
    program('temporal', ['--version'], env, '`npm start` fetches it; `naas local env` prints a PATH with it.'),
    program('kubectl', ['version', '--client'], env, '`npm start` builds it; `naas local env` prints a PATH with it.'),
    catalogCheck(options.catalogDir ?? env['NAAS_CATALOG']),
    keysCheck(options.trustedKeysFile ?? env['NAAS_TRUSTED_KEYS']),
    trustCheck(options.catalogDir ?? env['NAAS_CATALOG']),
  ]);
}

export function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const wanted = OLDEST_NODE.join('.');
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) {
    return { name: 'Node', state: 'ok', found: version };
  }
  return {
    name: 'Node',
    state: 'missing',
    found: version,
    mend: `Install Node ${wanted} or newer; \`npm start\` brings its own.`,
  };
}

/** Helpful on a desk, not needed by a worker: a warning only. */
async function program(
  name: string,
  args: string[],
  env: Record<string, string | undefined>,
  mend: string,
): Promise<Check> {
  try {
    const { stdout } = await run(name, args, { env, timeout: LOOK_MS });
    return { name, state: 'ok', found: stdout.trim().split('\n')[0] ?? '' };
  } catch (error) {
    const absent = (error as { code?: string }).code === 'ENOENT';
    return { name, state: 'warning', found: absent ? 'not on PATH' : 'on PATH, but it does not run', mend };
  }
}

async function catalogCheck(dir: string | undefined): Promise<Check> {
  const name = 'catalog';
  if (dir === undefined) {
    return {
      name,
      state: 'warning',
      found: 'no folder named',
      mend: 'Set NAAS_CATALOG to the folder that the worker reads.',
    };
  }
  return look(name, `Check that ${dir} is a folder with the catalog's YAML files.`, async () => {
    try {
      readCatalog(dir);
      return { state: 'ok', found: `${dir} is valid` };
    } catch (error) {
      if (!(error instanceof NaasError)) throw error;
      const lines = error.problems.map((problem) => `${problem.file ?? dir}:${problem.line ?? 1} ${problem.message}`);
      return {
        state: 'missing',
        found: lines.join('; '),
        mend: 'Correct the named lines; the worker does not start before.',
      };
    }
  });
}
