// The recorded histories that are kept, one set for each released version, and what is missing among them. It reads; it
// neither records nor replays.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/paths.mjs';
import { SCHEMAS } from './contract.ts';

export interface RecordedSets {
  /** Version → the paths that were recorded with it. */
  [version: string]: readonly string[];
}

const FOLDER = join(ROOT, 'test', 'replay', 'histories');

export function historyFile(version: string, path: string): string {
  return join(FOLDER, version, `${path}.json`);
}

export function recordedSets(): RecordedSets {
  return Object.fromEntries(readdirSync(FOLDER).map((version) => [version, pathsIn(version)]));
}

function pathsIn(version: string): string[] {
  return readdirSync(join(FOLDER, version)).map((file) => {
    if (!file.endsWith('.json')) throw new Error(`${join(FOLDER, version, file)} is no recorded history`);
    return file.slice(0, -'.json'.length);
  });
}

/** The version that a build of this tree calls itself: new recordings are its. */
export function ownVersion(): string {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;
}

/** Every release whose messages are kept, and this tree's own version; the newest last. */
export function releasedVersions(): string[] {
  const released = new Set([...readdirSync(join(SCHEMAS, 'released')), ownVersion()]);
  return [...released].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/**
 * What the sets lack, in words. Every release needs one, because runs that it began may live for years; the newest needs
 * every path that can be recorded, an older one keeps those of its time.
 */
export function gapsOf(sets: RecordedSets, released: readonly string[], paths: readonly string[]): string[] {
  const newest = released.at(-1) ?? '';
  const recorded = (version: string): readonly string[] => sets[version] ?? [];
  return [
    ...released.filter((version) => recorded(version).length === 0).map((version) => `${version} has no histories`),
    ...Object.keys(sets)
      .filter((version) => !released.includes(version))
      .map((version) => `${version} has histories and was never released`),
    ...paths.filter((path) => !recorded(newest).includes(path)).map((path) => `${newest} lacks the path ${path}`),
    ...recorded(newest)
      .filter((path) => !paths.includes(path))
      .map((path) => `${newest} has a path that nothing records: ${path}`),
  ];
}
