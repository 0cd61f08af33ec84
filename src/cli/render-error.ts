// An error for people and for programs: code, message, where in the file, what is allowed, what to do. Pure.
import { type ErrorName, hintOf, type NaasError, type Problem } from '../spec/errors.ts';
import type { Paint } from './paint.ts';

export interface ErrorDocument {
  error: { code: ErrorName; message: string; hint: string; problems: Problem[] };
}

export function errorDocument(error: NaasError): ErrorDocument {
  return {
    error: {
      code: error.code,
      message: error.message,
      hint: hintOf({ code: error.code, ...error.problems[0] }),
      problems: error.problems,
    },
  };
}

/** Every problem with its place; each hint once, below the last problem that it helps. */
export function renderError(error: NaasError, paint: Paint): string[] {
  const lines = error.problems.flatMap((problem) => renderProblem(problem, paint));
  const hints = new Set(error.problems.map(hintOf));
  return [...lines, ...[...hints].map((hint) => `  ${paint('cyan', '→')} ${hint}`)];
}

export function renderProblem(problem: Problem, paint: Paint): string[] {
  const place = placeOf(problem);
  const at = place === undefined ? '' : ` ${paint('dim', place)}`;
  const message = withoutPlace(problem.message, problem.file, place);
  const head = `${paint('red', problem.code)}${at}: ${message.split('\n').join('\n    ')}`;
  return [head, ...detailsBeyond(message, problem).map((line) => `    ${line}`)];
}

/** What the message does not say already. */
function detailsBeyond(message: string, { field, value, allowed }: Problem): string[] {
  const shown = value === undefined ? undefined : JSON.stringify(value);
  return [
    ...(field === undefined || message.includes(field) ? [] : [`field    ${field}`]),
    ...(shown === undefined || message.includes(String(value)) ? [] : [`value    ${shown}`]),
    ...(allowed === undefined || allowed.every((each) => message.includes(each))
      ? []
      : [`allowed  ${allowed.join(', ')}`]),
  ];
}

/** The place stands before the message already. */
function withoutPlace(message: string, file: string | undefined, place: string | undefined): string {
  const prefix = [place, file].map((each) => `${each}: `).find((each) => message.startsWith(each));
  return prefix === undefined ? message : message.slice(prefix.length);
}

function placeOf(problem: Problem): string | undefined {
  const { file, line, column } = problem;
  if (line === undefined) return file;
  const position = column === undefined ? `${line}` : `${line}:${column}`;
  return file === undefined ? `line ${position}` : `${file}:${position}`;
}
