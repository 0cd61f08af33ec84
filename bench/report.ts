// The report of a run: as text for a terminal, as Markdown for docs/performance.md, as one JSON object for programs. Pure.
import type { Outcome } from './figures.ts';
import { OUT_OF_SCOPE, type Rows, rowsOf, TARGET_HEAD } from './rows.ts';
import { judge } from './targets.ts';

export interface RunInfo {
  date: string;
  machine: string;
  quick: boolean;
  tookSeconds: number;
  /** Share of the cores that programs other than this run took, 0 to 1. */
  othersShare: number;
}

export function asText(outcome: Outcome, info: RunInfo): string {
  const rows = rowsOf(outcome);
  const sections = [
    heading(info),
    table([TARGET_HEAD, ...rows.targets]),
    table(rows.figures),
    list('Missed, and what bounds it', missedLines(rows)),
    list(
      'Not measured in this run',
      rows.notMeasured.map(([part, reason]) => `${part}: ${reason}`),
    ),
    list('Not measured by this bench', OUT_OF_SCOPE),
    `Versions: ${versions(outcome)}`,
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

export function asMarkdown(outcome: Outcome, info: RunInfo): string {
  const rows = rowsOf(outcome);
  const markdownTable = (head: string[], body: string[][]): string =>
    body.length === 0 ? '' : [head, head.map(() => '---'), ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
  const sections = [
    heading(info),
    markdownTable(TARGET_HEAD, rows.targets),
    markdownTable(['figure', 'value'], rows.figures),
    markdownTable(
      ['missed', 'what bounds it'],
      rows.missed.map(({ what, why }) => [what, why]),
    ),
    markdownTable(['not measured in this run', 'reason'], rows.notMeasured),
    `Versions: ${versions(outcome)}.`,
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

/** null stands for what was not measured, so that every run has the same keys. */
export function asJson(outcome: Outcome, info: RunInfo): string {
  const { figures, notMeasured } = outcome;
  return JSON.stringify({
    requestToReady: null,
    throughput: null,
    perNamespace: null,
    noopWrites: null,
    teardown: null,
    vsNaive: null,
    recoveryMs: null,
    replayMs: null,
    workerStartMs: null,
    memory: null,
    hostname: null,
    zoneLimit: null,
    ...figures,
    targets: judge(outcome).map(({ key, value, sense, limit, aim, verdict, why }) => ({
      key,
      value: value ?? null,
      sense,
      limit,
      aim: aim ?? null,
      verdict,
      ...(why === undefined ? {} : { bound: why }),
    })),
    notMeasured,
    run: info,
  });
}

function heading({ date, machine, quick, tookSeconds, othersShare }: RunInfo): string {
  const form = quick ? 'quick form: small counts, no figure to quote' : 'whole form';
  const noise = `other programs took ${Math.round(100 * othersShare)} % of the cores meanwhile`;
  return `${date}, ${machine}; ${form}, ${Math.round(tookSeconds / 60)} min; ${noise}.`;
}

function missedLines({ missed }: Rows): string[] {
  return missed.map(({ what, why }) => `${what}: ${why}`);
}

function versions({ figures }: Outcome): string {
  return Object.entries(figures.versions ?? {})
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

function list(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [`${title}:`, ...lines.map((line) => `  - ${line}`)].join('\n');
}

function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n');
}
