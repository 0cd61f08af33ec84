// Guards of who decides, on what, and how often.
import { type Guard, guardsOf } from '../guard.ts';

const judging = { servers: 'none', tests: ['test/spec/approval.test.ts'] } as const;
const rules = { servers: 'none', tests: ['test/spec/approval-rules.test.ts'] } as const;

export const APPROVAL: Guard[] = [
  ...guardsOf('src/spec/approval.ts', judging, {
    'stale-plan-digest': { find: 'decision.planDigest !== state.planDigest || ', replace: '' },
    'stale-change-digest': { find: ' || decision.changeDigest !== state.changeDigest', replace: '' },
    'own-decision': { find: 'if (subject === state.requester) {', replace: 'if (false) {' },
    'one-decision-a-person': { find: 'entry.subject === subject || ', replace: '' },
    'nonce-counts-once': { find: ' || entry.nonce === decision.nonce', replace: '' },
    'on-the-list-of-a-slot': {
      find: '.filter((slot) => isAmong(seated(slot, state.escalated), decision.by))',
      replace: '',
    },
    'escalation-waits': {
      find: 'if (!escalated) return { users: slot.users, groups: slot.groups };',
      replace: '',
    },
    'a-seat-holds-one': { find: 'if (sitting === undefined || sit(sitting)) {', replace: '{' },
    'every-seat-is-asked': {
      find: 'return state.slots.filter((slot) => !taken.has(slot.slot));',
      replace: 'void taken;\n  return [];',
    },
    'only-yes-fills-a-seat': { find: ".filter((entry) => entry.decision === 'approve')", replace: '' },
  }),
  ...guardsOf('src/spec/approval-rules.ts', rules, {
    'no-rule-no-approval': {
      find: 'catalog.approvals.rules.find(({ when }) => holds(when, spec));',
      replace: 'catalog.approvals.rules.find(({ when }) => holds(when, spec)) ?? catalog.approvals.rules[0];',
    },
    'rule-of-what-it-was': {
      find: 'const more = seats(held, from, catalog).flatMap((seat) => {',
      replace: 'const more = ([] as ApprovalSlot[]).flatMap((seat) => {',
    },
    'seat-of-other-people-stays': { find: 'return isSameSeat(seat, other) ? [] : [', replace: 'return true ? [] : [' },
    'operators-are-those-of-the-day': { find: "roles.filter((role) => role !== 'operator'),", replace: 'roles,' },
    'consent-of-other-teams': { find: ', ...consents(spec, ingressOwners, catalog)];', replace: '];' },
    'adoption-asks-people': { find: 'if (policy.slots.length > 0) return policy;', replace: 'return policy;' },
    'transfer-asks-who-gives': {
      find: '...seat(TRANSFER_SLOTS.gives, from.team, `Team ${from.team} gives ${from.name} away.`),',
      replace: '',
    },
    'transfer-asks-who-takes': {
      find: '...seat(TRANSFER_SLOTS.takes, to.team, `Team ${to.team} takes ${from.name} over, with its cost.`),',
      replace: '',
    },
    'approvers-can-be-listed': { find: 'if (bytes <= AWAITED_MAX_BYTES) return;', replace: 'return;' },
    'owner-rights-of-the-owner-alone': {
      find: "roles.filter((role) => role !== 'operator'),",
      replace: "roles.length > 0 ? (['member', 'team-lead'] as const) : [],",
    },
  }),
];
