// The report of `npm run mutate`, its command line, and the place of its table in the docs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../tools/paths.mjs';
import { parseArguments } from './arguments.ts';
import type { Verdict } from './attempt.ts';
import { type Guard, without } from './guard.ts';
import { GUARDS } from './guards.ts';
import { asJson, asMarkdown, asText, closing, percent, type Result, withGuards } from './report.ts';

const guard: Guard = { name: 'own-decision', file: 'src/a.ts', find: 'a', replace: 'b', tests: [], servers: 'none' };
const result = (verdict: Verdict['verdict'], by = 'it | <fails>'): Result => ({
  guard,
  verdict,
  by,
  seconds: 1.25,
  ...(verdict === 'killed' ? { file: 'test/a.test.ts' } : {}),
});
const nineteen = Array.from({ length: 19 }, () => result('killed'));
const page = (): string => readFileSync(join(ROOT, 'docs', 'reliability.md'), 'utf8');

describe('the report', () => {
  it('counts what is held, and rounds nothing up to enough', () => {
    expect(closing([...nineteen, result('survived')])).toBe('19 of 20 guards are held by a test (95 %)');
    expect(closing([...nineteen, result('survived'), result('error')])).toBe(
      '19 of 21 guards are held by a test (90.4 %)',
    );
    expect(percent([])).toBe(0);
  });

  it('is a table for people, JSON for programs and a page for the docs', () => {
    const results = [result('killed'), result('survived', '3 tests passed')];
    expect(asText(results)).toMatch(
      /^guard +in +verdict.*\nown-decision +src\/a\.ts +killed +1\.3 s +test\/a\.test\.ts: it/,
    );
    expect(JSON.parse(asJson(results))).toMatchObject({ guards: 2, killed: 1, percent: 50 });
    expect(asMarkdown(results, '2026-03-01')).toContain(
      '| own-decision | `src/a.ts` | `test/a.test.ts`: it \\| &lt;fails> |',
    );
    expect(asMarkdown(results, '2026-03-01')).toContain('**nothing** (survived)');
  });

  it('has its place in the docs, where no guard stands that is no more', () => {
    expect(withGuards(page(), 'a table')).toContain('--update-docs -->\na table\n<!-- end of guards -->');
    expect(() => withGuards('nothing', 'a table')).toThrow(/has no place/);
    const told = [...page().matchAll(/^\| ([a-z-]+) \| `src\//gm)].map(([, name]) => name);
    expect(told.filter((name) => !GUARDS.some((each) => each.name === name))).toEqual([]);
  });
});

describe('an entry of the list', () => {
  it.each([
    ['whose place is gone', 'nothing', /stands 0 times in src\/a\.ts/],
    ['whose place is no more the only one', 'a a', /stands 2 times/],
    ['that leaves no program', 'const x = a;', /is no program/],
  ])('%s is an error', (_what, source, why) => {
    expect(() => without({ ...guard, replace: '(' }, source)).toThrow(why);
  });
});

describe('the command line', () => {
  it('takes known names, and writes the docs only of whole runs', () => {
    const parse = (...args: string[]) => parseArguments(args, ['one', 'two']);
    expect(parse('--only', 'one,two', '--json')).toMatchObject({ only: ['one', 'two'], json: true, unit: false });
    expect(() => parse('--only', 'three')).toThrow(/no guard is called three/);
    expect(() => parse('--unit', '--update-docs')).toThrow(/whole run/);
    expect(() => parse('--nonsense')).toThrow();
  });
});
