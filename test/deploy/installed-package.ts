// The package as a consumer gets it: built, packed by npm, installed in an empty project with the versions of our lockfile.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../tools/paths.mjs';

export interface Consumer {
  /** The empty project; `naas` is in its node_modules. */
  dir: string;
  /** What npm packed, by path. */
  files: string[];
  remove(): void;
}

interface Lock {
  lockfileVersion: number;
  packages: Record<string, { dev?: boolean; devOptional?: boolean; dependencies?: Record<string, string> }>;
}

/** Types that a TypeScript project on Node has anyway, beside the packages that naas brings. */
const OWN_TYPES = ['node_modules/@types/node', 'node_modules/undici-types'];

export function installPackage(): Consumer {
  const base = mkdtempSync(join(tmpdir(), 'naas-package-'));
  const [staged, dir] = [join(base, 'staged'), join(base, 'consumer')];
  const remove = (): void => rmSync(base, { recursive: true, force: true });
  try {
    const files = pack(staged, base);
    install(dir, base);
    return { dir, files, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** From a copy with a build of its own, so that nobody's `dist` is overwritten. */
function pack(staged: string, into: string): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
  mkdirSync(staged, { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(staged, 'package.json'));
  for (const name of manifest.files.filter((each) => each !== 'dist')) {
    cpSync(join(ROOT, name), join(staged, name), { recursive: true });
  }
  run(process.execPath, [join(ROOT, 'tools', 'build.mjs'), '--out', join(staged, 'dist')], ROOT);
  const packed = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', into], staged);
  const [{ files, filename }] = JSON.parse(packed) as [{ files: { path: string }[]; filename: string }];
  cpSync(join(into, filename), join(into, 'naas.tgz'));
  return files.map(({ path }) => path);
}

function install(dir: string, base: string): void {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  const own = lock.packages[''];
  const archive = join(base, 'naas.tgz');
  const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  const needs = { dependencies: { naas: `file:${archive}` }, devDependencies: { '@types/node': '*' } };
  const packages = Object.fromEntries(
    Object.entries(lock.packages)
      .filter(([path, { dev, devOptional }]) => path !== '' && ((!dev && !devOptional) || OWN_TYPES.includes(path)))
      .map(([path, { dev: _dev, ...entry }]) => [path, entry]),
  );
  const installed = { version: '0.1.0', resolved: `file:${archive}`, integrity, dependencies: own?.dependencies };
  mkdirSync(dir, { recursive: true });
  const manifest = { name: 'consumer', version: '1.0.0', private: true, type: 'module' };
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ ...manifest, ...needs }));
  writeFileSync(
    join(dir, 'package-lock.json'),
    JSON.stringify({
      ...manifest,
      lockfileVersion: lock.lockfileVersion,
      packages: { '': { ...manifest, ...needs }, 'node_modules/naas': installed, ...packages },
    }),
  );
  run('npm', ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], dir);
}

function run(command: string, args: string[], cwd: string): string {
  // npm's own variables of an outer `npm test` would send this one into the wrong project.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(?!config_)/i.test(name)));
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: 'pipe', maxBuffer: 64 * 1024 * 1024 });
}
