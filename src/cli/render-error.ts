// An error for people and for programs: code, message, where in the file, what is allowed, what to do. Pure.
import { ERRORS, type ErrorName, type NaasError, type Problem } from '../spec/errors.ts';
import type { Paint } from './paint.ts';

export interface ErrorDocument {
  error: { code: ErrorName; message: string; hint: string; problems: Problem[] };
}

export function errorDocument(error: NaasError): ErrorDocument {
  return {
    error: { code: error.code, message: error.message, hint: ERRORS[error.code].hint, problems: error.problems },
  };
}

/** Every problem with its place; each hint once, below the last problem that it helps. */
export function renderError(error: NaasError, paint: Paint): string[] {
  const lines = error.problems.flatMap((problem) => renderProblem(problem, paint));
  const hints = new Set(error.problems.map((problem) => ERRORS[problem.code].hint));
  return [...lines, ...[...hints].map((hint) => `  ${paint('cyan', '→')} ${hint}`)];
}

export function renderProblem(problem: Problem, paint: Paint): string[] {
  const place = placeOf(problem);
  const details = [
    problem.field === undefined ? undefined : `field    ${problem.field}`,
    problem.value === undefined ? undefined : `value    ${JSON.stringify(problem.value)}`,
    problem.allowed === undefined ? undefined : `allowed  ${problem.allowed.join(', ')}`,
  ].filter((line) => line !== undefined);
  const at = place === undefined ? '' : ` ${paint('dim', place)}`;
  const message = withoutPlace(problem).split('\n').join('\n    ');
  return [`${paint('red', problem.code)}${at}: ${message}`, ...details.map((line) => `    ${line}`)];
}

/** The place stands before the message already. */
function withoutPlace(problem: Problem): string {
  const prefix = `${problem.file}: `;
  return problem.message.startsWith(prefix) ? problem.message.slice(prefix.length) : problem.message;
}

function placeOf(problem: Problem): string | undefined {
  const { file, line, column } = problem;
  if (line === undefined) return file;
  const position = column === undefined ? `${line}` : `${line}:${column}`;
  return file === undefined ? `line ${position}` : `${file}:${position}`;
}
