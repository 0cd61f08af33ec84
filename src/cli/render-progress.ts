// Where a run is on its way, for somebody who waits: live lines for a terminal, one plain line a change elsewhere. Pure.
import { kindWords, STAGES } from '../spec/inventory.ts';
import { isEnd } from '../spec/lifecycle.ts';
import type { OperationStatus, SlotStatus, Status, Step } from '../spec/status.ts';
import { assertNever } from './assert-never.ts';
import { colourOf } from './outcome.ts';
import type { Paint } from './paint.ts';
import { operationWords } from './render-operation.ts';
import { people } from './render-people.ts';
import { columns, wrap } from './table.ts';
import { clock, relative, span, when } from './time.ts';

export const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;

interface Mark {
  state: 'done' | 'now' | 'open';
  name: string;
  note: string;
}

export interface Moment {
  nowMs: number;
  /** When the waiting began. */
  sinceMs: number;
  /** Of the terminal, in characters. */
  width: number;
  frame: number;
}

export function renderLive(status: Status, moment: Moment, paint: Paint): string[] {
  const spinner = paint('cyan', FRAMES[moment.frame % FRAMES.length] ?? '');
  const rows = marks(status).map((mark) => [signOf(mark, spinner, paint), mark.name, paint('dim', mark.note)]);
  const waited = paint('dim', span(moment.nowMs - moment.sinceMs));
  const head = `${paint('bold', status.name)}  ${paint(colourOf(status.phase), status.phase)}  ${waited}`;
  return [head, ...columns(rows, '  '), ...waitingLines(status, moment)];
}

function waitingLines(status: Status, moment: Moment): string[] {
  const stale = isUnanswered(status) ? ['nobody answers for this run; it goes on when a worker is back'] : [];
  const waiting = isResting(status) ? undefined : status.waitsFor;
  const until = waiting?.until === undefined ? '' : `, until ${when(waiting.until, moment.nowMs)}`;
  const said = [
    ...stale.map((text) => ['no worker', text] as const),
    ...lastWords(status, moment.nowMs).map((text) => ['last', text] as const),
    ...(waiting === undefined
      ? []
      : ([
          ['waits for', `${waiting.what}${until}`],
          ['you can', waiting.todo],
        ] as const)),
  ];
  // Room for the longest of the three names and the blanks around it.
  const room = moment.width - 14;
  return columns(
    said.flatMap(([name, text]) => wrap(text, room).map((line, index) => [index === 0 ? name : '', line])),
    '  ',
  );
}

function lastWords({ operation, lastOperation }: Status, nowMs: number): string[] {
  if (operation !== undefined || lastOperation === undefined) return [];
  return [`${lastOperation.kind}, ${lastOperation.outcome} ${relative(lastOperation.at, nowMs)}`];
}

/** Of a run that was ended in Temporal no worker would say more. */
function isUnanswered({ stale, endedInTemporal }: Status): boolean {
  return stale && endedInTemporal === undefined;
}

/** What it waits for then is nobody's business now. */
function isResting({ phase, operation, endedInTemporal }: Status): boolean {
  if (endedInTemporal !== undefined) return false;
  return (phase === 'ready' && operation === undefined) || isEnd(phase);
}

/** The same line again means that nothing changed that a person would notice. */
export function plainLine(status: Status): string {
  const { name, phase, operation, lastOperation, waitsFor } = status;
  const resting = isResting(status);
  const step = resting ? '' : ` (${placeWords(status)})`;
  const stale = isUnanswered(status) ? '; no worker answers' : '';
  const waits = resting || waitsFor === undefined ? '' : `; waits for ${waitsFor.what}; you can: ${waitsFor.todo}`;
  const last =
    phase !== 'ready' || operation !== undefined || lastOperation === undefined
      ? ''
      : `; the last ${lastOperation.kind} is ${lastOperation.outcome}`;
  return `${name}  ${phase}${step}${last}${stale}${waits}`;
}

function placeWords({ operation, step }: Status): string {
  return operation === undefined ? stepWords(step) : `${operation.kind} ${operationWords(operation.step)}`;
}

export function stamped(line: string, nowMs: number): string {
  return `${clock(new Date(nowMs).toISOString())}  ${line}`;
}

function marks(status: Status): Mark[] {
  if (status.operation !== undefined) return operationMarks(status.operation);
  return isRemoval(status) ? removalMarks(status) : provisioningMarks(status);
}

function operationMarks({ kind, step, changes, approval }: OperationStatus): Mark[] {
  const undoing = step === 'undoing';
  const differing = changes.filter(({ verb }) => verb !== 'keep').map(({ ref }) => `${kindWords(ref)} ${ref.name}`);
  return [
    { state: 'done', name: 'checked', note: '' },
    ...slotMarks(approval?.slots ?? [], step === 'awaiting-approval'),
    undoing
      ? { state: 'now', name: `${kind} being undone`, note: 'what stood there before comes back' }
      : { state: step === 'applying' ? 'now' : 'open', name: `${kind} applied`, note: differing.join(', ') },
  ];
}

function isRemoval(status: Status): boolean {
  const removing: readonly Step[] = ['undoing', 'revoking', 'withdrawing', 'unrouting', 'removing', 'releasing'];
  return status.phase === 'deleting' || status.phase === 'deleted' || removing.includes(status.step);
}

function provisioningMarks(status: Status): Mark[] {
  const { phase } = status;
  const begun = (STAGES as readonly Step[]).indexOf(status.step);
  const checked: Mark = { state: phase === 'requested' ? 'now' : 'done', name: 'checked', note: '' };
  const stages = STAGES.flatMap((stage, index): Mark[] => {
    if ((stage === 'route' || stage === 'publish') && status.hostnames === undefined) return [];
    const done = phase === 'ready' || (phase !== 'requested' && phase !== 'awaiting-approval' && index < begun);
    const now = !done && index === begun && phase === 'provisioning';
    return [{ state: done ? 'done' : now ? 'now' : 'open', name: stage, note: objectsNote(status, stage) }];
  });
  return [checked, ...slotMarks(status.approval?.slots ?? [], phase === 'awaiting-approval'), ...stages];
}

function slotMarks(slots: readonly SlotStatus[], open: boolean): Mark[] {
  return slots.map((slot) =>
    slot.decidedBy === undefined
      ? {
          state: open ? 'now' : 'open',
          name: `approval: ${slot.slot}`,
          note: `one of ${people(slot)}`,
        }
      : { state: 'done', name: `approval: ${slot.slot}`, note: slot.decidedBy },
  );
}

function objectsNote(status: Status, stage: string): string {
  const entries = status.inventory.filter((entry) => entry.stage === stage);
  return [...new Set(entries.map(kindWords))].join(', ');
}

function removalMarks(status: Status): Mark[] {
  if (status.step === 'undoing') return [{ state: 'now', name: 'undo', note: `${status.inventory.length} left` }];
  const reachable: readonly Step[] = ['withdrawing', 'unrouting'];
  const isReached = status.hostnames !== undefined;
  const order: readonly Step[] = [
    'revoking',
    ...(isReached ? reachable : []),
    'removing',
    ...(isReached ? (['releasing'] as const) : []),
  ];
  const reached = order.indexOf(status.step);
  return order.map((step, index): Mark => {
    const done = status.phase === 'deleted' || index < reached;
    const note = step === 'removing' && !done ? `${status.inventory.length} left` : '';
    return { state: done ? 'done' : index === reached ? 'now' : 'open', name: stepWords(step), note };
  });
}

function signOf(mark: Mark, spinner: string, paint: Paint): string {
  switch (mark.state) {
    case 'done':
      return paint('green', '✔');
    case 'now':
      return spinner;
    case 'open':
      return paint('dim', '·');
    default:
      return assertNever(mark.state);
  }
}

export function stepWords(step: Step): string {
  switch (step) {
    case 'admitting':
      return 'checking the request';
    case 'deciding':
      return 'asking for approval';
    case 'claim':
      return 'claiming the name';
    case 'guardrails':
      return 'setting guardrails';
    case 'equipment':
      return 'adding equipment';
    case 'route':
      return 'routing its hostnames';
    case 'publish':
      return 'publishing its names';
    case 'access':
      return 'giving access';
    case 'undoing':
      return 'undoing what was begun';
    case 'revoking':
      return 'taking access away';
    case 'withdrawing':
      return 'taking its names out of DNS';
    case 'unrouting':
      return 'taking its routes away';
    case 'removing':
      return 'removing the namespace';
    case 'releasing':
      return 'giving its names back';
    case 'waiting':
      return 'waiting';
    case 'changing':
      return 'changing';
    default:
      return assertNever(step);
  }
}
