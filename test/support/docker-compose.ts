// Finds docker-compose, or takes Debian's packages of 1.29 apart in the cache, without root and without installing them:
// `config` needs no container engine. It starts nothing.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, onPath } from '../../tools/paths.mjs';

export interface Compose {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** The program and what it imports. */
const PACKAGES = [
  'docker-compose',
  ...['docker', 'dockerpty', 'docopt', 'dotenv', 'texttable', 'websocket', 'yaml', 'distro', 'jsonschema', 'six'],
  ...['attr', 'pyrsistent', 'requests', 'urllib3', 'certifi', 'chardet', 'idna', 'pkg-resources'],
].map((name, index) => (index === 0 ? name : `python3-${name}`));

/** Throws where there is neither a docker-compose nor a Debian that has its packages. */
export function findCompose(): Compose {
  const installed = onPath('docker-compose');
  if (installed !== null) return { command: installed, args: [], env: process.env };
  const folder = join(cacheDir(), 'docker-compose-1.29');
  const modules = join(folder, 'root', 'usr', 'lib', 'python3', 'dist-packages');
  const compose = { command: 'python3', args: ['-m', 'compose'], env: { ...process.env, PYTHONPATH: modules } };
  try {
    if (!existsSync(folder)) unpack(folder);
    execFileSync(compose.command, [...compose.args, 'version'], { env: compose.env, stdio: 'pipe' });
    return compose;
  } catch (cause) {
    const todo = 'install docker-compose, or make apt-get reach Debian';
    throw new Error(`docker-compose is not on PATH and its packages could not be unpacked into ${folder}: ${todo}`, {
      cause,
    });
  }
}

/** Into a draft, then one rename: an interrupted download leaves nothing that looks complete. */
function unpack(folder: string): void {
  const draft = `${folder}.draft-${process.pid}`;
  const lists = join(draft, 'lists');
  const root = join(draft, 'root');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  try {
    try {
      apt(draft, 'download', ...PACKAGES);
    } catch {
      // A fresh machine has no package lists; these are our own, so that no root is needed.
      const own = ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${draft}`, '-o', 'APT::Sandbox::User='];
      apt(draft, ...own, 'update');
      apt(draft, ...own, 'download', ...PACKAGES);
    }
    for (const file of readdirSync(draft).filter((name) => name.endsWith('.deb')))
      execFileSync('dpkg-deb', ['-x', join(draft, file), root]);
    rmSync(lists, { recursive: true });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function apt(cwd: string, ...args: string[]): void {
  execFileSync('apt-get', args, { cwd, stdio: 'pipe', timeout: 120_000 });
}
