// `naas list`: one line a namespace. Pure.
import type { StatusRow } from '../spec/status.ts';
import { colourOf } from './outcome.ts';
import type { Paint } from './paint.ts';
import { columns } from './table.ts';
import { absolute, relative, span } from './time.ts';

export function renderList(rows: readonly StatusRow[], nowMs: number, paint: Paint): string[] {
  if (rows.length === 0)
    return ['No namespaces. `naas request -f FILE` asks for one; `--all` shows those that are over.'];
  const head = ['NAME', 'PHASE', 'TEAM', 'ENVIRONMENT', 'AGE', 'LEASE ENDS', ''].map((title) => paint('dim', title));
  return columns([head, ...rows.map((row) => cells(row, nowMs, paint))]);
}

function cells(row: StatusRow, nowMs: number, paint: Paint): string[] {
  return [
    row.name,
    paint(colourOf(row.phase), row.phase),
    row.team,
    row.environment,
    row.closedAt === undefined ? span(nowMs - Date.parse(row.startedAt)) : `ended ${relative(row.closedAt, nowMs)}`,
    row.leaseEnd === undefined || row.closedAt !== undefined
      ? '-'
      : `${absolute(row.leaseEnd).slice(0, 10)} (${relative(row.leaseEnd, nowMs)})`,
    standing(row, paint),
  ];
}

function standing(row: StatusRow, paint: Paint): string {
  const words = [...(row.paused ? ['paused'] : []), ...(row.needsPerson ? ['needs a person'] : [])];
  return words.length === 0 ? '' : paint('yellow', words.join(', '));
}
