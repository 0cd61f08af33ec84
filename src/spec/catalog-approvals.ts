// approvals.yaml held against the other files: whether each rule can hold, and whether its seats can be filled. Finds what
// is broken; changes nothing.
import { AWAITED_BY_RULE_MAX_BYTES, awaitedBytes } from './awaited.ts';
import type { ApprovalRule, Catalog, Seats } from './catalog.ts';
import { type BrokenReference, unknownAmong } from './catalog-problem.ts';
import { CONSENT_SLOT_PREFIX } from './names.ts';
import { leadsOf, namesNobody, seatedBy } from './people.ts';

export function brokenApprovals(catalog: Catalog): BrokenReference[] {
  return [
    ruleConditions,
    ruleSlots,
    slotNames,
    consentSeats,
    teamsWithoutLeads,
    awaitedPeople,
    ruleTimes,
    ruleCoverage,
  ].flatMap((check) => check(catalog));
}

function ruleConditions({ approvals, tiers, templates, teams }: Catalog): BrokenReference[] {
  return approvals.rules.flatMap(({ when }, index) => {
    const unknown = (key: keyof typeof when, what: string, known: object) =>
      unknownAmong('approvals', ['rules', index, 'when', key], what, when[key] ?? [], Object.keys(known));
    return [
      ...unknown('tiers', 'tier', tiers),
      ...unknown('templates', 'template', templates),
      ...unknown('teams', 'team', teams),
    ];
  });
}

function ruleSlots(catalog: Catalog): BrokenReference[] {
  return catalog.approvals.rules.flatMap((rule, index) =>
    rule.slots.flatMap((slot, at) => {
      const path = ['rules', index, 'slots', at];
      return [
        ...(isNobody(slot.people)
          ? [{ file: 'approvals', path, message: `nobody may fill slot "${slot.slot}"; name people` }]
          : []),
        ...unknownPeople(catalog, [...path, 'people'], slot.people),
        ...unknownPeople(catalog, [...path, 'escalation'], slot.escalation),
      ];
    }),
  );
}

/** A seat is told from the others of a request by its name alone, those that admission adds included. */
function slotNames({ approvals }: Catalog): BrokenReference[] {
  return approvals.rules.flatMap((rule, index) => {
    const names = rule.slots.map(({ slot }) => slot);
    return names.flatMap((name, at) => {
      const path = ['rules', index, 'slots', at, 'slot'];
      const said = (why: string): BrokenReference => ({
        file: 'approvals',
        path,
        message: `rule "${rule.name}" ${why}`,
      });
      return [
        ...(names.indexOf(name) === at ? [] : [said(`has two slots "${name}"`)]),
        ...(name.startsWith(CONSENT_SLOT_PREFIX)
          ? [
              said(
                `has a slot "${name}"; names that begin with "${CONSENT_SLOT_PREFIX}" are those of ingressFromOtherTeam`,
              ),
            ]
          : []),
      ];
    });
  });
}

function consentSeats(catalog: Catalog): BrokenReference[] {
  return unknownPeople(
    catalog,
    ['ingressFromOtherTeam', 'escalation'],
    catalog.approvals.ingressFromOtherTeam.escalation,
  );
}

/** A group that no team and no operator list knows is a spelling mistake that would leave a seat empty. */
function unknownPeople(catalog: Catalog, path: (string | number)[], seats: Seats): BrokenReference[] {
  const teams = Object.values(catalog.teams);
  const groups = [
    ...teams.flatMap((team) => [...team.groups, ...team.leads.groups]),
    ...catalog.policy.operators.groups,
  ];
  return [
    ...unknownAmong('approvals', [...path, 'groups'], 'group', seats.groups, [...new Set(groups)]),
    ...unknownAmong('approvals', [...path, 'leadsOf'], 'team', seats.leadsOf, Object.keys(catalog.teams)),
  ];
}

/** Requests would wait for people who do not exist. */
function teamsWithoutLeads(catalog: Catalog): BrokenReference[] {
  const { rules, ingressFromOtherTeam } = catalog.approvals;
  const teams = Object.keys(catalog.teams);
  const asks = (seats: Seats, team: string, asking: readonly string[]) =>
    seats.leadsOf.includes(team) || (seats.teamLeads && asking.includes(team));
  return teams
    .filter((team) => namesNobody(leadsOf(team, catalog)))
    .flatMap((team) => {
      const bySlots = rules.flatMap((rule) =>
        rule.slots
          .filter(({ people, escalation }) =>
            [people, escalation].some((seats) => asks(seats, team, askers(rule, catalog))),
          )
          .map(({ slot }) => `slot "${slot}" of rule "${rule.name}"`),
      );
      // Any other team may want its traffic; with the consent its own leads are asked, with the escalation the named ones.
      const byConsent = teams.length > 1 || asks(ingressFromOtherTeam.escalation, team, teams);
      const asking = [...bySlots, ...(byConsent ? ['ingressFromOtherTeam'] : [])];
      if (asking.length === 0) return [];
      const message = `team "${team}" has no lead, but approvals.yaml asks one: ${asking.join(', ')}; name a user or group`;
      return [{ file: 'teams', path: [team, 'leads'], message }];
    });
}

/** Longer than a search attribute, the list of people would stop every request of the rule. */
function awaitedPeople(catalog: Catalog): BrokenReference[] {
  return catalog.approvals.rules.flatMap((rule, index) => {
    const sizes = askers(rule, catalog).map((team) => ({
      team,
      bytes: awaitedBytes(
        rule.slots.map(({ people, escalation }) => ({
          ...seatedBy(people, team, catalog),
          escalation: seatedBy(escalation, team, catalog),
        })),
      ),
    }));
    const most = sizes.sort((left, right) => right.bytes - left.bytes)[0];
    if (most === undefined || most.bytes <= AWAITED_BY_RULE_MAX_BYTES) return [];
    const message = `rule "${rule.name}" asks too many people: their names, escalation included, come to ${most.bytes} bytes for team ${most.team}, at most ${AWAITED_BY_RULE_MAX_BYTES} fit; name groups instead of users`;
    return [{ file: 'approvals', path: ['rules', index, 'slots'], message }];
  });
}

/** The teams whose requests may meet the rule. */
function askers({ when }: ApprovalRule, { teams }: Catalog): string[] {
  return Object.keys(teams).filter((team) => when.teams?.includes(team) ?? true);
}

function ruleTimes({ approvals }: Catalog): BrokenReference[] {
  return approvals.rules.flatMap((rule, index) =>
    rule.remindAfterMinutes < rule.escalateAfterMinutes && rule.escalateAfterMinutes < rule.lapseAfterMinutes
      ? []
      : [
          {
            file: 'approvals',
            path: ['rules', index],
            message: `rule "${rule.name}": a reminder comes before the escalation, the escalation before the lapse`,
          },
        ],
  );
}

/** Each tier needs a rule without further conditions, or some request would meet none. */
function ruleCoverage({ approvals, tiers }: Catalog): BrokenReference[] {
  return Object.keys(tiers)
    .filter(
      (tier) =>
        !approvals.rules.some(
          ({ when }) =>
            (when.tiers?.includes(tier) ?? true) && when.templates === undefined && when.teams === undefined,
        ),
    )
    .map((tier) => ({ file: 'approvals', path: ['rules'], message: `no rule covers every request of tier "${tier}"` }));
}

function isNobody(seats: Seats): boolean {
  return !seats.teamLeads && seats.leadsOf.length + seats.users.length + seats.groups.length === 0;
}
