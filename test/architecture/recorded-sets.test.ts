// Holds the releases to their recorded histories: none without a set, none of the paths without a recording.
import { describe, expect, it } from 'vitest';
import { RECORDED_PATHS } from '../support/recorded-paths.ts';
import { gapsOf, ownVersion, recordedSets, releasedVersions } from '../support/recorded-sets.ts';

describe('the recorded histories', () => {
  it('lack no release and no path', () => {
    expect(releasedVersions()).toContain(ownVersion());
    expect(gapsOf(recordedSets(), releasedVersions(), RECORDED_PATHS)).toEqual([]);
  });
});

describe('a gap', () => {
  const paths = ['granted', 'refused'];

  it('is none where an older release lacks what came later', () => {
    expect(gapsOf({ '0.9.0': ['granted'], '0.10.0': paths }, ['0.9.0', '0.10.0'], paths)).toEqual([]);
  });

  it.each<[string, Record<string, string[]>, string[], string[]]>([
    ['a release without a set', { '1.0.0': paths }, ['1.0.0', '1.1.0'], ['1.1.0 has no histories']],
    ['an older release without one', { '1.1.0': paths }, ['1.0.0', '1.1.0'], ['1.0.0 has no histories']],
    ['a set that was emptied', { '1.0.0': [], '1.1.0': paths }, ['1.0.0', '1.1.0'], ['1.0.0 has no histories']],
    ['a path of the newest release', { '1.0.0': ['granted'] }, ['1.0.0'], ['1.0.0 lacks the path refused']],
    [
      'how a path is recorded',
      { '1.0.0': [...paths, 'lapsed'] },
      ['1.0.0'],
      ['1.0.0 has a path that nothing records: lapsed'],
    ],
    [
      'the release of a set',
      { '1.0.0': paths, '2.0.0': paths },
      ['1.0.0'],
      ['2.0.0 has histories and was never released'],
    ],
  ])('is told of: %s', (_what, sets, released, told) => {
    expect(gapsOf(sets, released, paths)).toEqual(expect.arrayContaining(told));
  });
});
