// Holds the list of guards to the product, so that it cannot rot between two runs of `npm run mutate`.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../tools/paths.mjs';
import { without } from './guard.ts';
import { GUARDS } from './guards.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('the list of guards', () => {
  it('is long enough to mean something, and calls each by its own name', () => {
    const names = GUARDS.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(60);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.filter((name) => !/^[a-z]+(-[a-z]+)+$/.test(name))).toEqual([]);
  });

  it.each(GUARDS.map((guard) => [guard.name, guard] as const))(
    'finds %s once, and leaves a program',
    (_name, guard) => {
      expect(without(guard, read(guard.file))).not.toBe(read(guard.file));
      expect(guard.file).toMatch(/^src\//);
      expect(guard.tests.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    },
  );
});
