#!/usr/bin/env node
// The command `naas`. It only finds a Node that can run the program, then hands over.
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { join } from 'node:path';
import { cacheDir, compareVersions, fetchedNodeBin, VERSIONS } from '../tools/paths.mjs';

if (compareVersions(process.versions.node, VERSIONS.nodeMinimum) >= 0) {
  // `naas … | head`: a reader that has seen enough is no error.
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  // Compiled once, loaded from the cache afterwards: half of what `naas --help` would take.
  module.enableCompileCache?.(join(cacheDir(), 'compile-cache'));
  const { main } = await import(program());
  process.exitCode = await main(process.argv.slice(2));
} else {
  const node = join(fetchedNodeBin(), 'node');
  if (existsSync(node)) await runAgainWith(node);
  else {
    console.error(
      `naas needs Node ${VERSIONS.nodeMinimum} or later, this is ${process.versions.node}. Run \`npm start\` once: its set-up fetches one.`,
    );
    process.exitCode = 1;
  }
}

/** The sources in a checkout; where there are none, or Node refuses to run them (a package), what was built of them. */
function program() {
  const source = new URL('../src/cli/main.ts', import.meta.url);
  const runs = existsSync(source) && !source.pathname.includes('/node_modules/');
  return runs ? source.href : new URL('../dist/cli/main.js', import.meta.url).href;
}

async function runAgainWith(node) {
  const { spawn } = await import('node:child_process');
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  // The terminal sends Ctrl-C to both; what is sent to this process alone is passed on. Its end is the program's.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  await new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
      resolve();
    });
  });
}
