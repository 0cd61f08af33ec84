// Holds the client thin: what loading it loads, and what its first call may load later.
import { describe, expect, it } from 'vitest';
import { type Import, importsOf } from '../support/source-imports.ts';

/** Every file and package that loading `entry` reaches; lazily imported ones only when asked. */
function reach(entry: string, lazily: boolean): { files: string[]; packages: string[] } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const queue = [entry];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const each of importsOf(file).filter(
      (candidate: Import) => !candidate.typeOnly && (lazily || !candidate.lazy),
    )) {
      if (each.target.endsWith('.ts')) queue.push(each.target);
      else packages.add(each.target);
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() };
}

describe('the client', () => {
  it('loads nothing but its own few files: no Temporal, no zod, no YAML before the first call', () => {
    const { files, packages } = reach('client/index.ts', false);
    expect(packages).toEqual(['node:crypto', 'node:timers/promises']);
    expect(files.every((file) => file.startsWith('client/') || file.startsWith('spec/'))).toBe(true);
    expect(files.length).toBeLessThan(16);
  });

  it('never reaches a worker, an activity, a provider or Kubernetes code, not even lazily', () => {
    const { files, packages } = reach('client/index.ts', true);
    expect(packages).toEqual([
      '@noble/hashes/sha2.js',
      '@noble/hashes/utils.js',
      '@temporalio/client',
      '@temporalio/envconfig',
      'node:crypto',
      'node:timers/promises',
      'tldts',
      'tr46',
      'yaml',
      'zod',
    ]);
    expect(files.filter((file) => !file.startsWith('client/') && !file.startsWith('spec/'))).toEqual([]);
  });
});
