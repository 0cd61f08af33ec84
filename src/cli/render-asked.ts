// What a person asks for, in the lines that whoever approves it decides on: purpose, people, numbers, what it opens. Pure.
import { type NamespaceRequest, parseRequest } from '../spec/request.ts';

type Fact = readonly [string, string | undefined];

export function purposeOf(request: unknown): string | undefined {
  return readable(request)?.purpose;
}

/** What is left out in the request falls back to tier and template, which stand beside it. */
export function askedFacts(request: unknown): Fact[] {
  const asked = readable(request);
  if (asked === undefined) return [];
  const { members, network, quota, costCentre } = asked;
  return [
    ['cost', costCentre],
    ['admins', peopleOf(members?.admins)],
    ['developers', peopleOf(members?.developers)],
    ['viewers', peopleOf(members?.viewers)],
    ['quota', listOf(Object.entries(quota ?? {}).map(([key, value]) => `${key} ${value}`))],
    ['profile', network?.profile],
    ['lets in', listOf(network?.ingressFrom?.map(({ namespace, team }) => ofTeam(namespace, team)))],
    ['goes out to', listOf(network?.egressTo?.map(targetOf))],
    ['services', listOf(network?.sharedServices)],
  ];
}

/** One that another version wrote may not be readable here; the plan is, and nobody decides on less than that. */
function readable(request: unknown): NamespaceRequest | undefined {
  try {
    return request === undefined ? undefined : parseRequest(request);
  } catch {
    return undefined;
  }
}

function listOf(items: readonly string[] | undefined): string | undefined {
  return items?.join(', ');
}

function peopleOf(people: readonly { group?: string | undefined; user?: string | undefined }[] | undefined) {
  return listOf(people?.map(({ group, user }) => (group === undefined ? `${user}` : `group ${group}`)));
}

function ofTeam(namespace: string, team: string | undefined): string {
  return team === undefined ? namespace : `${namespace} (team ${team})`;
}

type Target = NonNullable<NonNullable<NamespaceRequest['network']>['egressTo']>[number];

function targetOf({ cidr, namespace, ports }: Target): string {
  return `${cidr ?? `namespace ${namespace}`} ${ports.map(({ protocol, port }) => `${protocol}/${port}`).join(' ')}`;
}
