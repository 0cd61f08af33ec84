// The copy in which guards are taken away: whole, apart from the work tree, and gone afterwards.
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../tools/paths.mjs';
import type { Guard } from './guard.ts';
import { copyTree, type Tree } from './tree.ts';

const FILE = 'src/spec/brake.ts';
const guard: Guard = {
  name: 'brake-by-number',
  file: FILE,
  find: 'met > maximumNamespaces || ',
  replace: '',
  tests: [],
  servers: 'none',
};

let tree: Tree;
beforeAll(async () => {
  tree = await copyTree();
});
afterAll(() => tree?.remove());

const here = (): string => readFileSync(join(ROOT, FILE), 'utf8');
const there = (): string => readFileSync(join(tree.root, FILE), 'utf8');

describe('the copy', () => {
  it('has the sources, the tests and a link to the packages, and no history', () => {
    expect(there()).toBe(here());
    expect(existsSync(join(tree.root, 'test', 'mutate', 'vitest.config.ts'))).toBe(true);
    expect(lstatSync(join(tree.root, 'node_modules')).isSymbolicLink()).toBe(true);
    expect(['.git', '.tools', 'dist'].filter((each) => existsSync(join(tree.root, each)))).toEqual([]);
  });

  it('lacks the guard while the tests run, and never longer; the work tree never does', async () => {
    const before = here();
    const seen = tree.mutated(guard, async () => {
      expect(there()).not.toContain(guard.find);
      expect(here()).toBe(before);
      throw new Error('the run went wrong');
    });
    await expect(seen).rejects.toThrow('the run went wrong');
    expect(there()).toBe(before);
  });

  it('keeps what its tests cache to itself', () => {
    expect(tree.env['XDG_CACHE_HOME']?.startsWith(join(tree.root, '..'))).toBe(true);
  });
});
