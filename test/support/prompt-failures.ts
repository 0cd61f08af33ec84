// Says why a test failed as soon as it has: the report at the end of a run of an hour comes too late to look at anything.
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase } from 'vitest/node';
import { ROOT } from '../../tools/paths.mjs';

/** Room for a difference of objects and the first frames; all of it stands in the report at the end. */
const LONGEST = 4_000;

export class PromptFailures implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { state, errors = [] } = test.result();
    if (state === 'failed') console.log(failureText(relative(ROOT, test.module.moduleId), test.fullName, errors));
  }
}

export function failureText(
  file: string,
  name: string,
  errors: readonly { message: string; stack?: string; diff?: string }[],
): string {
  const reasons = errors.map(({ message, stack, diff = '' }) => {
    const frames = (stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
    const difference = stripVTControlCharacters(diff).slice(0, LONGEST);
    return [message.slice(0, LONGEST), ...(difference === '' ? [] : [difference]), ...frames.slice(0, 6)].join('\n');
  });
  return [`failed: ${file} > ${name}`, ...reasons].join('\n');
}
