// `naas list`: one line a namespace. Pure.
import type { ListFilter } from '../client/api.ts';
import type { StatusRow } from '../spec/status.ts';
import { colourOf } from './outcome.ts';
import type { Paint } from './paint.ts';
import { columns } from './table.ts';
import { absolute, relative, span } from './time.ts';

export function renderList(rows: readonly StatusRow[], nowMs: number, paint: Paint): string[] {
  const head = ['NAME', 'PHASE', 'TEAM', 'ENVIRONMENT', 'AGE', 'LEASE ENDS', ''].map((title) => paint('dim', title));
  return columns([head, ...rows.map((row) => cells(row, nowMs, paint))]);
}

/** Where nothing was found: what was looked for, and where else there may be some. */
export function renderNone({ closed = false, errorType, team, phase, environment }: ListFilter): string {
  const filter = Object.entries({ team, phase, environment, error: errorType }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  const found =
    filter.length > 0
      ? `No namespace matches ${filter.join(', ')}`
      : `No namespace ${closed ? 'is known' : 'lives or is on its way'}; \`naas request -f FILE\` asks for one`;
  return closed ? `${found}.` : `${found}; \`--all\` shows those that are over.`;
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

/** Search attributes alone: of an operation they tell that somebody is to decide, of what is blocked they tell the error. */
function standing(row: StatusRow, paint: Paint): string {
  if (row.paused) return paint('yellow', ['paused', ...(row.needsPerson ? ['needs a person'] : [])].join(', '));
  if (row.phase === 'blocked')
    return paint('red', ['needs an operator', ...(row.errorType === undefined ? [] : [row.errorType])].join(': '));
  const words = row.phase === 'ready' ? 'an operation needs a person' : 'needs a person';
  return row.needsPerson ? paint('yellow', words) : '';
}
