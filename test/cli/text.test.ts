// The small pure parts: spans, columns, field paths, words for a shell, exit codes.
import { describe, expect, it } from 'vitest';
import { valueAt } from '../../src/cli/field-path.ts';
import { exitFor, gravest } from '../../src/cli/outcome.ts';
import { coloured } from '../../src/cli/paint.ts';
import { shellWord } from '../../src/cli/shell-word.ts';
import { clip, columns, width } from '../../src/cli/table.ts';
import { relative, span } from '../../src/cli/time.ts';
import { PHASES } from '../../src/spec/lifecycle.ts';

describe('a span', () => {
  it.each([
    [0, '0.0 s'],
    [-5, '0.0 s'],
    [449, '0.4 s'],
    [9_999, '9.9 s'],
    [10_000, '10 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [185_000, '3 min 5 s'],
    [7_800_000, '2 h 10 min'],
    [1_137_600_000, '13 d 4 h'],
  ])('of %i ms reads %s', (ms, text) => {
    expect(span(ms)).toBe(text);
  });

  it('says on which side of now it lies', () => {
    expect(relative('2026-03-01T12:00:00Z', Date.parse('2026-03-01T12:01:00Z'))).toBe('1 min ago');
    expect(relative('2026-03-01T12:01:00Z', Date.parse('2026-03-01T12:00:00Z'))).toBe('in 1 min');
    expect(relative('2026-03-01T12:00:00.500Z', Date.parse('2026-03-01T12:00:00Z'))).toBe('now');
  });
});

describe('columns', () => {
  it('align whatever the colour, and leave no blanks at the end', () => {
    const lines = columns([
      [coloured('red', 'a'), 'b', ''],
      ['long', 'c', 'd'],
    ]);
    expect(lines.map(width)).toEqual([7, 10]);
    expect(lines[1]).toBe('long  c  d');
  });

  it('are cut, not wrapped, at the width of the terminal', () => {
    expect(clip('abcdef', 4)).toBe('abc…');
    expect(clip('abcd', 4)).toBe('abcd');
  });
});

describe('a field path', () => {
  const object = { spec: { hard: { 'limits.cpu': '8', 'requests.cpu': '4' }, rules: [{ verbs: ['get', 'list'] }] } };
  it.each([
    ['spec.hard["limits.cpu"]', '8'],
    ['spec.hard.requests.cpu', '4'],
    ['spec.rules[0].verbs[1]', 'list'],
    ['spec.rules[3].verbs', undefined],
    ['spec.soft', undefined],
    ['spec.hard.limits.cpu.more', undefined],
  ])('%s leads to %j', (path, value) => {
    expect(valueAt(object, path)).toBe(value);
  });
});

describe('a word for a shell', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['shop leads', "'shop leads'"],
    ["o'neil", `'o'\\''neil'`],
    ['$(reboot)', "'$(reboot)'"],
    ['', "''"],
  ])('%j is written %s', (text, word) => {
    expect(shellWord(text)).toBe(word);
  });
});

describe('exit codes', () => {
  it('of whoever waits for ready', () => {
    const codes = Object.fromEntries(PHASES.map((phase) => [phase, exitFor('ready', phase)]));
    expect(codes).toEqual({
      requested: undefined,
      'awaiting-approval': undefined,
      provisioning: undefined,
      ready: 0,
      deleting: undefined,
      blocked: 5,
      deleted: 7,
      refused: 2,
      rejected: 3,
      lapsed: 3,
      cancelled: 3,
      failed: 4,
      abandoned: 4,
    });
  });

  it('of whoever only looks on: a blocker ends nothing', () => {
    expect(exitFor('look', 'blocked')).toBeUndefined();
    expect(exitFor('look', 'ready')).toBeUndefined();
    expect(exitFor('look', 'deleted')).toBe(0);
  });

  it.each([
    [[], 0],
    [[0, 3, 0], 3],
    [[2, 7, 6], 2],
    [[5, 4, 2], 5],
    [[8, 5], 8],
    [[8, 1, 0], 1],
  ])('of many, %j: the gravest is %i', (exits, worst) => {
    expect(gravest(exits)).toBe(worst);
    expect(gravest([...exits].reverse())).toBe(worst);
  });

  it('of whoever waits for the deletion', () => {
    expect(exitFor('deleted', 'ready')).toBeUndefined();
    expect(exitFor('deleted', 'deleted')).toBe(0);
    expect(exitFor('deleted', 'blocked')).toBe(5);
  });
});
