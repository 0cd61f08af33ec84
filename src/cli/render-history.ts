// `naas history`: the timeline, oldest first, one line an entry. Pure.
import { describeRef, type Effect } from '../spec/inventory.ts';
import { TIMELINE_LENGTH, type TimelineEntry, type TimelineKind } from '../spec/status.ts';
import { assertNever } from './assert-never.ts';
import type { Paint, Style } from './paint.ts';
import { columns } from './table.ts';
import { absolute } from './time.ts';

export function renderHistory(entries: readonly TimelineEntry[], paint: Paint): string[] {
  if (entries.length === 0) return ['Nothing has happened yet.'];
  const cut = entries.length < TIMELINE_LENGTH ? [] : [paint('dim', `(the newest ${TIMELINE_LENGTH})`)];
  const several = new Set(entries.flatMap(({ request }) => request ?? [])).size > 1;
  return [
    ...cut,
    ...columns(
      entries.map((entry) => [absolute(entry.at), paint(styleOf(entry.kind), entry.kind), textOf(entry, several)]),
    ),
  ];
}

/** For whom an effect was had is worth saying as soon as more than one request had effects. */
function textOf(entry: TimelineEntry, several: boolean): string {
  const by = entry.by === undefined || entry.text.includes(entry.by) ? '' : ` (${entry.by})`;
  const problem =
    entry.problem === undefined || entry.text.includes(entry.problem.message) ? '' : `: ${entry.problem.message}`;
  const effect = entry.effect === undefined ? '' : effectText(entry.text, entry.effect);
  const request = several && entry.request !== undefined ? `  for ${entry.request}` : '';
  return `${entry.text}${effect}${request}${problem}${by}`.replaceAll('\n', ' ');
}

/** The record behind the words, where the words leave it out: the object, what came of it, and its versions. */
function effectText(text: string, effect: Effect): string {
  const object = describeRef(effect.ref);
  const versions = [effect.before, effect.after].filter((version) => version !== undefined).join(' → ');
  const parts = [
    text.includes(effect.ref.name) ? '' : object,
    text.includes(effect.outcome) ? '' : effect.outcome,
    versions === '' ? '' : `version ${versions}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `  [${parts.join(', ')}]`;
}

function styleOf(kind: TimelineKind): Style {
  switch (kind) {
    case 'request':
    case 'phase':
      return 'bold';
    case 'decision':
      return 'green';
    case 'notice':
    case 'message':
      return 'cyan';
    case 'effect':
      return 'dim';
    case 'problem':
      return 'red';
    default:
      return assertNever(kind);
  }
}
