// What a handed-over namespace is asked to be: the same, but another team's. Pure; `resolve` checks it like any request.
import type { Catalog } from './catalog.ts';
import { lookup } from './lookup.ts';
import { leadsOf } from './people.ts';
import type { NamespaceRequest } from './request.ts';

/**
 * From the request that holds, so that what it leaves to the catalog stays with the catalog. Access and cost follow the team:
 * nobody of the old one stays in, by name or by group, and whoever should is a member that the new team adds by a change. The
 * name stays, whatever it reads as: renaming is making another namespace.
 */
export function transferRequest(
  held: NamespaceRequest,
  name: string,
  team: unknown,
  catalog: Catalog,
): Record<string, unknown> {
  const { members: _members, costCentre: _costCentre, ...same } = held;
  if (typeof team !== 'string') return { ...same, name, team };
  const leads = leadsOf(team, catalog);
  const groups = lookup(catalog.teams, team)?.groups ?? [];
  return {
    ...same,
    name,
    team,
    members: {
      admins: [...leads.groups.map((group) => ({ group })), ...leads.users.map((user) => ({ user }))],
      developers: groups.filter((group) => !leads.groups.includes(group)).map((group) => ({ group })),
    },
  };
}
