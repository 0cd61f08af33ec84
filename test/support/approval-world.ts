// Small made-up organisations for property tests of approval: teams with leads, rules with slots, requests, and what people send
// to them in which order. People and groups are numbers here; how a number is spelled varies from place to place.
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { CatalogFile } from '../../src/spec/catalog.ts';
import { shippedFiles } from './shipped-catalog.ts';

export const TEAMS = ['red', 'green', 'blue'] as const;
export type Team = (typeof TEAMS)[number];
export const TIERS = ['dev', 'staging', 'prod'] as const;
export type Tier = (typeof TIERS)[number];

const SUBJECTS = ['ada@example.com', 'grace@example.com', 'linus@example.com', 'pat@example.org', 'zoë@example.com'];
const GROUPS = ['shop-leads', 'platform-leads', 'auditors', 'prüfer'];

/** The same person, as other systems might spell them. */
const SPELLINGS: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.toUpperCase(),
  (name) => ` ${name} `,
  (name) => name.replace('@', '\u200b@'),
  (name) => name.replace('@', '＠'),
  (name) => name.replaceAll('a', 'ａ'),
  (name) => name.normalize('NFD'),
  (name) => name.replace('l', '\u00adl'),
];

export function subjectOf(person: number, spelling = 0): string {
  return spelled(SUBJECTS[person % SUBJECTS.length] ?? '', spelling);
}

export function groupOf(group: number, spelling = 0): string {
  return spelled(GROUPS[group % GROUPS.length] ?? '', spelling);
}

function spelled(name: string, spelling: number): string {
  return SPELLINGS[spelling % SPELLINGS.length]?.(name) ?? name;
}

export interface Seats {
  users: number[];
  groups: number[];
  teamLeads: boolean;
  leadsOf: Team[];
}

export interface Rule {
  /** null: whatever. */
  tiers: Tier[] | null;
  teams: Team[] | null;
  slots: { people: Seats; escalation: Seats }[];
}

export interface World {
  leads: Record<Team, { users: number[]; groups: number[] }>;
  rules: Rule[];
  consentEscalation: Seats;
  spelling: number;
}

export interface Request {
  team: Team;
  tier: Tier;
  /** Other teams whose namespaces are to connect. */
  ingressFrom: Team[];
  requester: { person: number; groups: number[] };
}

/** What is wrong with a decision, apart from who decides and when. */
export const FLAWS = [
  'none',
  'forged',
  'expired',
  'unsigned',
  'signed with the public key',
  'tampered',
  'cut off',
  'empty',
  'of another namespace',
  'of another incarnation',
  'of another plan than the message',
  'of another change than the message',
  'of the other decision',
  'on an older plan',
  'on an older change',
  'of another message',
  'without a subject',
  'without a nonce',
  'of half a subject',
  'of a subject that imitates',
] as const;
export type Flaw = (typeof FLAWS)[number];

export interface Delivery {
  kind: 'deliver';
  by: { person: number; spelling: number; groups: number[] };
  decision: 'approve' | 'reject';
  flaw: Flaw;
  /** Sends the very message of an earlier delivery again, or signs anew with its nonce. */
  again: { what: 'message' | 'nonce'; of: number } | null;
}

/** The next group joins; the state is carried over into a new history, perhaps by another build of the worker. */
export type Step = Delivery | { kind: 'escalate' } | { kind: 'carry-over' };

const someOf = <T>(items: readonly T[], most: number) => fc.subarray([...items], { maxLength: most });
const person = fc.nat({ max: SUBJECTS.length - 1 });
const group = fc.nat({ max: GROUPS.length - 1 });
const groups = fc.uniqueArray(group, { maxLength: 2 });

const seats = fc.record<Seats>({
  users: fc.uniqueArray(person, { maxLength: 2 }),
  groups: fc.uniqueArray(group, { maxLength: 2 }),
  teamLeads: fc.boolean(),
  leadsOf: someOf(TEAMS, 1),
});
/** A slot that nobody may take is refused with the catalog. */
const takenSeats = fc.tuple(seats, person).map(([each, someone]) => {
  const nobody = !each.teamLeads && each.users.length + each.groups.length + each.leadsOf.length === 0;
  return nobody ? { ...each, users: [someone] } : each;
});
const slots = fc.array(fc.record({ people: takenSeats, escalation: seats }), { minLength: 1, maxLength: 3 });
const leads = fc.record({
  users: fc.uniqueArray(person, { maxLength: 2 }),
  groups: fc.uniqueArray(group, { minLength: 1, maxLength: 1 }),
});

export const worlds: fc.Arbitrary<World> = fc.record({
  leads: fc.record({ red: leads, green: leads, blue: leads }),
  rules: fc
    .tuple(
      fc.array(
        fc.record({
          tiers: fc.option(someOf(TIERS, 2).filter((each) => each.length > 0)),
          teams: fc.option(someOf(TEAMS, 2).filter((each) => each.length > 0)),
          slots,
        }),
        { maxLength: 3 },
      ),
      slots,
    )
    .map(([some, last]): Rule[] => [...some, { tiers: null, teams: null, slots: last }]),
  consentEscalation: seats,
  spelling: fc.nat({ max: 7 }),
});

/** A rule of its own for each team and tier, so that one catalog holds many. */
export const manyRules: fc.Arbitrary<World> = fc
  .tuple(worlds, fc.array(slots, { minLength: TEAMS.length * TIERS.length, maxLength: TEAMS.length * TIERS.length }))
  .map(([world, lists]) => {
    const places = TEAMS.flatMap((team) => TIERS.map((tier) => ({ team, tier })));
    const rules = places.map(
      ({ team, tier }, index): Rule => ({ teams: [team], tiers: [tier], slots: lists[index] ?? [] }),
    );
    return { ...world, rules: [...rules, ...world.rules.slice(-1)] };
  });

export const requests: fc.Arbitrary<Request> = fc
  .record({
    team: fc.constantFrom(...TEAMS),
    tier: fc.constantFrom(...TIERS),
    ingressFrom: fc.oneof(
      { weight: 3, arbitrary: fc.constant<Team[]>([]) },
      { weight: 1, arbitrary: someOf(TEAMS, 2) },
    ),
    requester: fc.record({ person, groups }),
  })
  .map((request) => ({ ...request, ingressFrom: request.ingressFrom.filter((team) => team !== request.team) }));

export const deliveries: fc.Arbitrary<Delivery> = fc.record({
  kind: fc.constant('deliver' as const),
  by: fc.record({ person, spelling: fc.nat({ max: 7 }), groups }),
  decision: fc.oneof(
    { weight: 9, arbitrary: fc.constant('approve' as const) },
    { weight: 1, arbitrary: fc.constant('reject' as const) },
  ),
  flaw: fc.oneof(
    { weight: 12, arbitrary: fc.constant<Flaw>('none') },
    { weight: 8, arbitrary: fc.constantFrom(...FLAWS) },
  ),
  again: fc.option(
    fc.record({ what: fc.constantFrom('message' as const, 'nonce' as const), of: fc.nat({ max: 20 }) }),
    { freq: 6 },
  ),
});

export const stories: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: deliveries },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'escalate' }) },
    { weight: 2, arbitrary: fc.constant<Step>({ kind: 'carry-over' }) },
  ),
  { minLength: 4, maxLength: 14 },
);

export interface RuleTimes {
  remindAfterMinutes: number;
  escalateAfterMinutes: number;
  lapseAfterMinutes: number;
}

/** The catalog that says the same, as people would write it; `times` of each rule. */
export function catalogFilesOf(world: World, times: (rule: Rule) => RuleTimes): CatalogFile[] {
  const { spelling } = world;
  const names = ({ users, groups: listed }: { users: number[]; groups: number[] }) => ({
    users: users.map((each) => subjectOf(each, spelling + each)),
    groups: listed.map((each) => groupOf(each, spelling + each)),
  });
  const seatsAs = ({ teamLeads, leadsOf, ...listed }: Seats) => ({ ...names(listed), teamLeads, leadsOf });
  const teams = Object.fromEntries(
    TEAMS.map((team) => [
      team,
      { description: team, groups: GROUPS, leads: names(world.leads[team]), costCentre: 'CC-1' },
    ]),
  );
  const rules = world.rules.map((rule, index) => ({
    name: `rule-${index}`,
    when: { ...(rule.tiers && { tiers: rule.tiers }), ...(rule.teams && { teams: rule.teams }) },
    slots: rule.slots.map(({ people, escalation }, at) => ({
      slot: `slot-${at}`,
      why: 'asked',
      people: seatsAs(people),
      escalation: seatsAs(escalation),
    })),
    ...times(rule),
  }));
  const ingressFromOtherTeam = { why: 'asked', escalation: seatsAs(world.consentEscalation) };
  const written: Record<string, string> = {
    'catalog/teams.yaml': stringify(teams, { aliasDuplicateObjects: false }),
    'catalog/approvals.yaml': stringify({ rules, ingressFromOtherTeam }, { aliasDuplicateObjects: false }),
  };
  return shippedFiles().map(({ path, text }) => ({ path, text: written[path] ?? text }));
}
