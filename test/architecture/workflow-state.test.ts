// Workflow code is loaded once for all runs of a worker, so a module that remembers something would carry it from one run into
// another. Holds every module that the bundle can reach to having no state of its own.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceFiles } from '../support/source-imports.ts';

const SRC = resolve(import.meta.dirname, '../../src');
const BUNDLED = sourceFiles().filter((file) => /^(workflows|spec|money)\//.test(file));

/** Unindented, so outside every function: a variable, or a container that is not declared read-only. */
const STATE = [/^(?:export )?(?:let|var) .*/gm, /^(?:export )?const \w+ = new (?:Map|Set|WeakMap|WeakSet|Array)\b.*/gm];

function stateIn(text: string): string[] {
  return STATE.flatMap((pattern) => [...text.matchAll(pattern)].map(([line]) => line));
}

describe('workflow modules', () => {
  it('are found', () => {
    expect(BUNDLED.length).toBeGreaterThan(30);
  });

  it('keep nothing between two runs', () => {
    const found = BUNDLED.flatMap((file) =>
      stateIn(readFileSync(join(SRC, file), 'utf8')).map((line) => `${file}: ${line}`),
    );
    expect(found).toEqual([]);
  });

  it.each(['let runs = 0;', 'export var last: string;', 'const seen = new Map<string, number>();'])(
    'would be caught with `%s`',
    (line) => {
      expect(stateIn(`import x from 'y';\n${line}\n`)).toEqual([line]);
    },
  );
});
