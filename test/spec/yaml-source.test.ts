// Reading a stranger's YAML: places, refusals, and no text that takes long.

import { describe, expect, it } from 'vitest';
import { NaasError } from '../../src/spec/errors.ts';
import { MAX_SOURCE_BYTES, readYaml } from '../../src/spec/yaml-source.ts';
import fc from '../support/properties.ts';

function problemsOf(text: string): NaasError['problems'] {
  try {
    readYaml(text, 'r.yaml');
  } catch (error) {
    if (error instanceof NaasError) return error.problems;
    throw error;
  }
  return [];
}

describe('readYaml', () => {
  it('knows where each key and value stands', () => {
    const source = readYaml('a: 1\nb:\n  - c: x\n    "d e": [y, z]\n', 'r.yaml');
    expect(source.value).toEqual({ a: 1, b: [{ c: 'x', 'd e': ['y', 'z'] }] });
    expect(source.place(['b', 0, 'd e', 1])).toEqual({ file: 'r.yaml', line: 4, column: 16 });
    expect(source.place(['b', 0, 'd e'], 'key')).toEqual({ file: 'r.yaml', line: 4, column: 5 });
    expect(source.place(['a'], 'key')).toEqual({ file: 'r.yaml', line: 1, column: 1 });
    expect(source.place(['b', 0, 'missing'])).toMatchObject({ line: 3 });
    expect(source.place(['nowhere'])).toMatchObject({ line: 1, column: 1 });
  });

  it('reads JSON with tabs, escapes and surrogate pairs', () => {
    expect(readYaml('{\n\t"a": [\n\t\t"\\ud83d\\ude00\\/",\n\t\ttrue\n\t]\n}', 'r.json').value).toEqual({
      a: ['😀/', true],
    });
  });

  it('reads YAML 1.2: yes is a text, a lone 010 is ten', () => {
    expect(readYaml('a: yes\nb: 010\nc: <<\n', 'r.yaml').value).toEqual({ a: 'yes', b: 10, c: '<<' });
  });

  it.each([
    ['an anchor', 'a: &x 1', 'anchor'],
    ['an alias', 'a: &x 1\nb: *x', 'alias'],
    ['a custom tag', 'a: !secret x', 'tag'],
    ['a standard tag', 'a: !!str 1', 'tag'],
    ['a tag on a key', '!!str a: 1', 'plain text'],
    ['a directive', '%YAML 1.1\n---\na: yes', 'directive'],
    ['two documents', 'a: 1\n---\nb: 1', 'more than one document'],
    ['a duplicate key', 'a: 1\nb: 2\n"a": 3', 'stands here twice'],
    ['a duplicate key deep inside', 'a:\n  b: [{c: 1, c: 2}]', 'a.b[0].c'],
    ['a key that is a list', '? [1]\n: 2', 'plain text'],
    ['a key that is a number', '1: 2', 'plain text'],
    ['a NUL character', 'a: "\0"', 'NUL'],
    ['an empty text', ' \n ', 'empty'],
    ['a broken text', 'a: [1', 'r.yaml:'],
    ['too large a text', `a: ${'x'.repeat(MAX_SOURCE_BYTES)}`, '256 KiB'],
    ['too large a text in bytes', `a: ${'ä'.repeat(MAX_SOURCE_BYTES / 2)}`, '256 KiB'],
    ['deep nesting', `a: ${'['.repeat(30)}${']'.repeat(30)}`, 'deeper'],
    ['nesting beyond the stack of any parser', `a: ${'['.repeat(100_000)}`, 'deeper'],
    [
      'deep nesting by indentation',
      Array.from({ length: 40 }, (_, depth) => `${' '.repeat(depth)}k:`).join('\n'),
      'deeper',
    ],
  ])('refuses %s', (_name, text, why) => {
    const problems = problemsOf(text);
    expect(problems.map((problem) => problem.message).join('\n')).toContain(why);
    for (const problem of problems.slice(0, 50))
      expect(problem).toMatchObject({ code: 'InvalidRequest', file: 'r.yaml' });
  });

  it.each([
    ['an anchor', 'a:\n  b: &x 1', 'a.b'],
    ['an alias', 'a: &x 1\nb: [*x]', 'a', 'b[0]'],
    ['a tag', 'a: {b: !secret x}', 'a.b'],
    ['a duplicate key', 'a: 1\n"a": 3', 'a'],
    ['a key that is a list', 'a:\n  ? [1]\n  : 2', 'a'],
  ])('names the field of %s', (_name, text, ...fields) => {
    expect(problemsOf(text).map(({ field }) => field)).toEqual(fields);
  });

  it.each([
    ['an anchor', `a: &${'x'.repeat(200_000)} 1`],
    ['a tag', `a: !<${'x'.repeat(200_000)}> 1`],
    ['a block header', `a: |${'9'.repeat(200_000)}`],
    ['a key', `? ${'k'.repeat(200_000)}\n: &x 1`],
  ])('says little of %s as long as the document', (_name, text) => {
    for (const { message, field = '' } of problemsOf(text)) expect(message.length + field.length).toBeLessThan(1_200);
  });

  it('tells of every duplicate, with its line', () => {
    expect(problemsOf('a: 1\na: 2\nb: &x 1\n').map((problem) => problem.line)).toEqual([2, 3]);
  });

  it('keeps a key named __proto__ as a key', () => {
    const { value } = readYaml('__proto__: {x: 1}', 'r.yaml');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect((value as { x?: unknown }).x).toBeUndefined();
  });

  it.each([
    ['brackets', '['.repeat(200_000)],
    ['braces', '{a: '.repeat(60_000)],
    ['dashes', '- '.repeat(130_000)],
    ['question marks', '? '.repeat(130_000)],
    ['anchors', '&a '.repeat(80_000)],
    ['many keys', Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n')],
    ['many duplicates', 'a: 1\n'.repeat(50_000)],
    ['white space', `a:${' '.repeat(250_000)}#`],
    ['line breaks', '\n'.repeat(250_000)],
    ['escapes', `"${'\\'.repeat(250_000)}`],
    ['deep indentation', Array.from({ length: 650 }, (_, depth) => `${' '.repeat(depth)}k:`).join('\n')],
  ])('takes no long time over 256 KiB of %s', { timeout: 4_000 }, (_name, text) => {
    expect(problemsOf(text).length).toBeLessThanOrEqual(51);
  });

  it('never throws anything but problems', () => {
    const unit = fc.constantFrom(...'abk:-?[]{},&*!|>\'"%@`#~ \n\t01.<');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        expect(Array.isArray(problemsOf(text))).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
});
