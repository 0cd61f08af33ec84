// Approval slots in words: who is asked, why, who has decided. Pure.
import type { SlotStatus } from '../spec/status.ts';
import type { Paint } from './paint.ts';
import { columns } from './table.ts';

export function people(list: { users: string[]; groups: string[] }): string {
  return [...list.groups.map((group) => `group ${group}`), ...list.users].join(', ');
}

export function renderSlots(slots: readonly SlotStatus[], paint: Paint, indent = '  '): string[] {
  return columns(
    slots.map((slot) =>
      slot.decidedBy === undefined
        ? [paint('yellow', '?'), slot.slot, `one of ${people(slot)}`, paint('dim', slot.why)]
        : [paint('green', '✔'), slot.slot, `approved by ${slot.decidedBy}`, paint('dim', slot.why)],
    ),
    indent,
  );
}
