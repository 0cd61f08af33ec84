// naas compiled to JavaScript, as its image and its package have it, in a folder that goes when this process goes.
import { execFile } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../tools/paths.mjs';
import type { Stand } from './stand.ts';

const run = promisify(execFile);

const made = new WeakMap<Stand, Promise<string>>();

/** Once for all parts that want it. */
export function compiledProgram(stand: Stand, signal: AbortSignal): Promise<string> {
  const known = made.get(stand) ?? compile(stand, signal);
  made.set(stand, known);
  return known;
}

async function compile(stand: Stand, signal: AbortSignal): Promise<string> {
  // Inside the checkout, so that it finds its packages.
  const folder = join(ROOT, '.naas', `bench-${process.pid}`);
  stand.removeAtEnd(folder);
  const out = join(folder, 'dist');
  await mkdir(out, { recursive: true });
  // The program reads its version one folder up.
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(process.execPath, [tsc, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', out], { signal });
  return out;
}
