// What a namespace is after it was handed to another team: theirs, with their people and at their cost; size, network and
// names stay as they are, whatever the catalog says today. Pure: it decides neither who may nor who has to agree.
import type { Catalog, Policy, Team } from './catalog.ts';
import { NaasError } from './errors.ts';
import { lookup } from './lookup.ts';
import { leadsOf } from './people.ts';
import type { NamespaceRequest } from './request.ts';
import { byText, notAmong } from './resolve-problems.ts';
import type { Grant, NamespaceSpec, Subject } from './spec.ts';

/** Throws InvalidRequest for a team that is not known, or that may not have this project. */
export function transferred(spec: NamespaceSpec, to: unknown, catalog: Catalog): NamespaceSpec {
  const name = String(to);
  const team = lookup(catalog.teams, name);
  if (team === undefined) throw new NaasError(notAmong('team', 'team', name, Object.keys(catalog.teams)));
  if (name === spec.team) return spec;
  if (team.projects !== undefined && !team.projects.includes(spec.project)) {
    throw new NaasError(notAmong('team', `project of team ${name}`, spec.project, team.projects));
  }
  return { ...spec, team: name, costCentre: team.costCentre, grants: grantsTo(team, catalog.policy.roles) };
}

/** Whoever had access was the other team's to choose. The new one begins with its leads and members, and changes that. */
function grantsTo({ leads, groups }: Team, roles: Policy['roles']): Grant[] {
  const members = groups.filter((group) => !leads.groups.includes(group));
  const grants: Grant[] = [
    { role: 'admin', clusterRole: roles.admin, subjects: subjects(leads.users, leads.groups) },
    { role: 'developer', clusterRole: roles.developer, subjects: subjects([], members) },
  ];
  return grants.filter((grant) => grant.subjects.length > 0);
}

/** In the order of a resolved request: groups before users, each by name. */
function subjects(users: readonly string[], groups: readonly string[]): Subject[] {
  const of = (kind: Subject['kind'], names: readonly string[]): Subject[] =>
    [...new Set(names)].sort(byText).map((name) => ({ kind, name }));
  return [...of('Group', groups), ...of('User', users)];
}

/** The request that holds from then on. What it leaves to the catalog stays with the catalog, for the next change to resolve. */
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
