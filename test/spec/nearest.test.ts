// The word that was meant.
import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/spec/nearest.ts';

const KNOWN = ['team', 'tier', 'template', 'environment', 'members', 'costCentre'];

describe('nearest', () => {
  it.each([
    ['teem', 'team'],
    ['taem', 'team'],
    ['Team', 'team'],
    ['enviroment', 'environment'],
    ['member', 'members'],
    ['costCenter', 'costCentre'],
    ['colour', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ])('%j means %j', (word, meant) => {
    expect(nearest(word, KNOWN)).toBe(meant);
  });

  it('knows nothing among nothing', () => {
    expect(nearest('team', [])).toBeUndefined();
  });
});
