// Throws all gathered problems as one error, and bounds how many of a hostile document's are told.
import { NaasError, type Problem } from './errors.ts';

/** More than a person mends in one go, and small enough for every answer and log line. */
export const MAX_PROBLEMS = 50;

/** Does nothing when the list is empty. */
export function refuseAll(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length <= MAX_PROBLEMS) throw new NaasError([...problems]);
  const rest = problems.length - MAX_PROBLEMS;
  throw new NaasError([
    ...problems.slice(0, MAX_PROBLEMS),
    { code: first.code, message: `and ${rest} more problems of this kind` },
  ]);
}
