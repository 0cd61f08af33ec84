// Domains for people: what a message came to, who holds what, and what somebody has to enter where. Pure.
import type { DomainRow, DomainView } from '../client/api.ts';
import type { DomainState } from '../spec/domain-lifecycle.ts';
import { type HoldingStatus, priceWords } from '../spec/domain-status.ts';
import type { DomainAnswer } from './answers.ts';
import { assertNever } from './assert-never.ts';
import type { Paint, Style } from './paint.ts';
import { columns } from './table.ts';
import { relative, when } from './time.ts';

export function renderDomainAnswer(answer: DomainAnswer, paint: Paint): string[] {
  const { name, team, state, record, awaits, purchase, delegation, note } = answer;
  const head = `${paint('bold', name)} of ${team}: ${paint(colourOf(state), state)}${note === undefined ? '' : ` (${note})`}`;
  const enter =
    state === 'pending' && record !== undefined
      ? ['  enter this record at the DNS of the domain, beside whatever stands there:', ...recordLines(record)]
      : [];
  const bought =
    purchase !== undefined && (state === 'wanted' || state === 'ordered')
      ? [
          `  ${state === 'wanted' ? `waits for ${purchase.approvers}` : `waits for ${purchase.buyers}`}${priceWords({ purchase })}`,
        ]
      : [];
  const zone =
    delegation === undefined
      ? []
      : [`  zone ${name}: ${delegation.state}${delegation.why === undefined ? '' : ` (${delegation.why})`}`];
  const decide = awaits.map((holder) => `  waits for the decision of a lead of ${holder}`);
  return [head, ...enter, ...bought, ...zone, ...decide, `  next: ${paint('cyan', `naas domain status ${name}`)}`];
}

function recordLines({ name, value }: { name: string; value: string }): string[] {
  return [`    name   ${name}`, '    type   TXT', `    value  ${value}`];
}

export function renderDomain({ domain, holdings, looks, timeline }: DomainView, nowMs: number, paint: Paint): string[] {
  const lines = holdings.flatMap((holding) => renderHolding(holding, nowMs, paint));
  const seen = looks.map(({ times, saw, nextAt }) => {
    const next = nextAt === undefined ? '' : `; next look ${relative(nextAt, nowMs)}`;
    return `  looked ${times} time${times === 1 ? '' : 's'}${saw === undefined ? '' : `: ${saw}`}${next}`;
  });
  const notes = timeline.slice(-SHOWN_NOTES).map(({ at, text }) => `  ${paint('dim', at)}  ${text}`);
  return [paint('bold', domain), ...lines, ...seen, ...(notes.length === 0 ? [] : ['', ...notes])];
}

const SHOWN_NOTES = 5;

function renderHolding(
  { name, team, state, since, until, why, todo, delegation }: HoldingStatus,
  nowMs: number,
  paint: Paint,
): string[] {
  const ends = until === undefined ? '' : `, until ${when(until, nowMs)}`;
  return [
    `  ${name} of ${team}: ${paint(colourOf(state), state)} since ${when(since, nowMs)}${ends}`,
    ...(why === undefined ? [] : [`    ${why}`]),
    ...(delegation === undefined
      ? []
      : [`    zone: ${delegation.state}${delegation.why === undefined ? '' : ` (${delegation.why})`}`]),
    ...todo.map((line) => `    ${paint('cyan', '→')} ${line}`),
  ];
}

export function renderDomains(rows: readonly DomainRow[], nowMs: number, paint: Paint): string[] {
  if (rows.length === 0) return ['No domain matches; `naas domain add DOMAIN --team TEAM` registers one.'];
  const head = ['DOMAIN', 'TEAM', 'STATE', 'SINCE', 'UNTIL'].map((title) => paint('dim', title));
  const cells = rows.map(({ name, team, state, since, until }) => [
    name,
    team,
    paint(colourOf(state), state),
    relative(since, nowMs),
    until === undefined ? '' : relative(until, nowMs),
  ]);
  return columns([head, ...cells]);
}

function colourOf(state: DomainState): Style {
  switch (state) {
    case 'verified':
      return 'green';
    case 'wanted':
    case 'ordered':
    case 'pending':
      return 'cyan';
    case 'contested':
    case 'grace':
    case 'leaving':
      return 'yellow';
    case 'lapsed':
    case 'rejected':
      return 'red';
    case 'released':
      return 'dim';
    default:
      return assertNever(state);
  }
}
