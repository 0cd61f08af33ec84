// Roles of the catalog → people: who leads, who is a member, who operates. Every list once and in order.
import { isAmong, type People, type Sender } from './approval.ts';
import type { Catalog, Seats } from './catalog.ts';
import type { SenderRole } from './catalog-schema.ts';
import { lookup } from './lookup.ts';
import { byText } from './resolve-problems.ts';

export function leadsOf(team: string, catalog: Catalog): People {
  return lookup(catalog.teams, team)?.leads ?? { users: [], groups: [] };
}

export function namesNobody({ users, groups }: People): boolean {
  return users.length + groups.length === 0;
}

/** Everybody of the lists, each once. */
export function together(lists: readonly People[]): People {
  return {
    users: [...new Set(lists.flatMap(({ users }) => users))].sort(byText),
    groups: [...new Set(lists.flatMap(({ groups }) => groups))].sort(byText),
  };
}

export function seatedBy(seats: Seats, team: string, catalog: Catalog): People {
  const leading = [...(seats.teamLeads ? [team] : []), ...seats.leadsOf];
  return together([{ users: seats.users, groups: seats.groups }, ...leading.map((each) => leadsOf(each, catalog))]);
}

/** `owner` is the one who made the request. */
export function inRoles(
  roles: readonly SenderRole[],
  team: string,
  owner: Sender | undefined,
  catalog: Catalog,
): People {
  return together(roles.map((role) => inRole(role, team, owner, catalog)));
}

function inRole(role: SenderRole, team: string, owner: Sender | undefined, catalog: Catalog): People {
  switch (role) {
    case 'member':
      return { users: [], groups: lookup(catalog.teams, team)?.groups ?? [] };
    case 'owner':
      return { users: owner === undefined ? [] : [owner.subject], groups: [] };
    case 'team-lead':
      return leadsOf(team, catalog);
    case 'operator':
      return catalog.policy.operators;
  }
}

export function isOperator(sender: Sender, catalog: Catalog): boolean {
  return isAmong(catalog.policy.operators, sender);
}

/** For messages: "ada@example.com, group shop-leads". */
export function namePeople({ users, groups }: People): string {
  return [...users, ...groups.map((group) => `group ${group}`)].join(', ') || 'nobody';
}
