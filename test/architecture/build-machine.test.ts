// What a build machine reads of .ci/run: the sum of all suites as its last line, and an exit code that fails with any of them.
// A script stands in for npm; no suite is run.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const RUN = resolve(import.meta.dirname, '../../.ci/run');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'naas-build-machine-'));
  const npm = join(folder, 'npm');
  writeFileSync(
    npm,
    '#!/bin/sh\nif [ "$1" = test ]; then shift; echo "took: $*"; eval "$FIRST"; else eval "$SECOND"; fi\n',
  );
  chmodSync(npm, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

function ended(
  first: string,
  second: string,
  args: string[] = [],
): { code: number | null; last: string; text: string } {
  const env = { PATH: `${folder}${delimiter}${process.env['PATH']}`, FIRST: first, SECOND: second };
  const { status, stdout } = spawnSync('bash', [RUN, ...args], { env, encoding: 'utf8' });
  return { code: status, last: stdout.trimEnd().split('\n').at(-1) ?? '', text: stdout };
}

describe('.ci/run', () => {
  it.each([
    ['5 passed, 0 failed', '3 passed, 0 failed', 0, '8 passed, 0 failed'],
    ['5 passed, 0 failed, 2 skipped', '3 passed, 0 failed, 1 skipped', 0, '8 passed, 0 failed, 3 skipped'],
    ['5 passed, 1 failed; echo npm error; exit 1', '3 passed, 0 failed', 1, '8 passed, 1 failed'],
    ['5 passed, 0 failed', '3 passed, 2 failed; exit 1', 1, '8 passed, 2 failed'],
    ['5 passed, 0 failed', '3 passed, 2 failed', 1, '8 passed, 2 failed'],
    ['5 passed, 0 failed', '3 passed, 0 failed; exit 4', 4, '8 passed, 1 failed'],
    ['5 passed, 0 failed', 'no count', 1, '5 passed, 1 failed'],
    ['5 passed, 0 failed; exit 130', '3 passed, 0 failed', 130, '5 passed, 1 failed'],
  ])('sums up "%s" and "%s"', (first, second, code, last) => {
    const quoted = (words: string) => `echo ${words}`;
    expect(ended(quoted(first), quoted(second))).toMatchObject({ code, last });
  });

  it('hands its arguments to npm test, and runs nothing else', () => {
    const { code, last, text } = ended('echo 5 passed, 0 failed', 'echo 3 passed, 0 failed', [
      'test/spec',
      '-t',
      'a b',
    ]);
    expect({ code, last }).toEqual({ code: 0, last: '5 passed, 0 failed' });
    expect(text).toContain('took: -- test/spec -t a b');
  });
});
