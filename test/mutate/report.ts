// What a run of mutations comes to, for people, programs and the docs. Pure.
import type { Verdict } from './attempt.ts';
import type { Guard } from './guard.ts';

export interface Result extends Verdict {
  guard: Guard;
}

/** Below this the run fails. */
export const WANTED_PERCENT = 95;

export function percent(results: readonly Result[]): number {
  return results.length === 0 ? 0 : (killed(results) * 100) / results.length;
}

function killed(results: readonly Result[]): number {
  return results.filter(({ verdict }) => verdict === 'killed').length;
}

/** Rounded down: what is shown as enough is enough. */
export function closing(results: readonly Result[]): string {
  const share = Math.floor(percent(results) * 10) / 10;
  return `${killed(results)} of ${results.length} guards are held by a test (${share} %)`;
}

export function asText(results: readonly Result[]): string {
  const rows = results.map(({ guard, verdict, by, file, seconds }) => [
    guard.name,
    guard.file,
    verdict,
    `${seconds.toFixed(1)} s`,
    file === undefined ? short(by) : `${file}: ${short(by)}`,
  ]);
  const table = [['guard', 'in', 'verdict', 'took', 'first test that failed'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', closing(results)].join('\n');
}

export function asJson(results: readonly Result[]): string {
  const guards = results.map(({ guard: { name, file, servers }, ...verdict }) => ({
    name,
    in: file,
    servers,
    ...verdict,
  }));
  return JSON.stringify(
    { guards: guards.length, killed: killed(results), percent: percent(results), results: guards },
    null,
    2,
  );
}

export function asMarkdown(results: readonly Result[], date: string): string {
  return [
    `Run on ${date}: ${closing(results)}.`,
    '',
    '| guard | in | held by |',
    '|---|---|---|',
    ...results.map(
      ({ guard, verdict, by, file }) => `| ${guard.name} | \`${guard.file}\` | ${heldBy(verdict, by, file)} |`,
    ),
  ].join('\n');
}

function heldBy(verdict: Verdict['verdict'], by: string, file: string | undefined): string {
  if (verdict !== 'killed') return `**nothing** (${verdict})`;
  return `\`${file}\`: ${cell(by)}`;
}

function cell(text: string): string {
  return short(text).replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

const MAX_LENGTH = 160;

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= MAX_LENGTH ? line : `${line.slice(0, MAX_LENGTH - 1)}…`;
}

const BEGIN = '<!-- guards: npm run mutate -- --update-docs -->';
const END = '<!-- end of guards -->';

export function withGuards(page: string, table: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error(`the page has no place for guards: between "${BEGIN}" and "${END}"`);
  return `${page.slice(0, from + BEGIN.length)}\n${table}\n${page.slice(to)}`;
}
