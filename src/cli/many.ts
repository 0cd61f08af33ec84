// One command over many namespaces: each is told as it comes, a failure stops nothing, the sum and the gravest exit code
// come at the end.
import { ERRORS, NaasError, type Problem } from '../spec/errors.ts';
import { type Context, print } from './context.ts';
import { gravest } from './outcome.ts';
import { renderProblem } from './render-error.ts';

export interface Tried<T> {
  name: string;
  answer?: T;
  problems?: Problem[];
  exit: number;
}

/** One after the other: a cluster that is in trouble is not helped by many at once, and the order is told. */
export async function oneByOne<T>(
  context: Context,
  names: readonly string[],
  act: (name: string) => Promise<T>,
  told: (name: string, answer: T) => string[],
): Promise<Tried<T>[]> {
  const tried: Tried<T>[] = [];
  for (const name of names) {
    const result = await attempt(name, act);
    tried.push(result);
    if (context.globals.json === true) continue;
    if (result.problems === undefined) print(context, told(name, result.answer as T));
    else print(context, failed(context, name, result.problems));
  }
  return tried;
}

/** What is no fault of a namespace (a defect, a usage error) ends the whole command. */
export async function attempt<T>(name: string, act: (name: string) => Promise<T>): Promise<Tried<T>> {
  try {
    return { name, answer: await act(name), exit: 0 };
  } catch (error) {
    if (!(error instanceof NaasError)) throw error;
    return { name, problems: error.problems, exit: ERRORS[error.code].exit };
  }
}

export function gravestOf(tried: readonly { exit: number }[]): number {
  return gravest(tried.map(({ exit }) => exit));
}

export function failed({ terminal: { paint } }: Context, name: string, problems: readonly Problem[]): string[] {
  const lines = problems.flatMap((problem) => renderProblem(problem, paint));
  return [`${paint('red', '✘')} ${paint('bold', name)}`, ...lines.map((line) => `  ${line}`)];
}
