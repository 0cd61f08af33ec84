// Packages from PyPI for a test, in the cache and never in the machine's own Python. It starts nothing.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../../tools/paths.mjs';

/** Answers the environment in which `python3` finds them; throws where they cannot be had. */
export function pythonWith(requirements: readonly string[]): NodeJS.ProcessEnv {
  // The version is in it, because some of them are built for one.
  const version = execFileSync('python3', ['--version'], { encoding: 'utf8' });
  const hash = createHash('sha256').update(JSON.stringify([version, ...requirements]));
  const folder = join(cacheDir(), `python-${hash.digest('hex').slice(0, 12)}`);
  if (!existsSync(folder)) install(requirements, folder);
  return { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1' };
}

/** Into a draft, then one rename: an interrupted download leaves nothing that looks complete. */
function install(requirements: readonly string[], folder: string): void {
  const draft = `${folder}.draft-${process.pid}`;
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', draft, ...requirements];
  mkdirSync(draft, { recursive: true });
  try {
    execFileSync('python3', pip, { stdio: 'pipe', timeout: 300_000 });
    renameSync(draft, folder);
  } catch (cause) {
    const todo = 'check the network and the index that pip is configured for (`pip config list`)';
    throw new Error(`pip could not install ${requirements.join(' ')}: ${todo}\n${String((cause as Error).message)}`, {
      cause,
    });
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
