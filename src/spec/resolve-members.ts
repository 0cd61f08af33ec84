// Members of a request → one grant a role, each subject once and in one order. Spelling is kept: Kubernetes compares bytes.
import type { Policy } from './catalog.ts';
import type { NamespaceRequest } from './request.ts';
import { byText } from './resolve-problems.ts';
import type { Grant, Subject } from './spec.ts';

type Members = NonNullable<NonNullable<NamespaceRequest['members']>['admins']>;

/** Roles that nobody holds give no grant. */
export function grantsOf({ members = {} }: NamespaceRequest, roles: Policy['roles']): Grant[] {
  const grants: Grant[] = [
    { role: 'admin', clusterRole: roles.admin, subjects: subjectsOf(members.admins) },
    { role: 'developer', clusterRole: roles.developer, subjects: subjectsOf(members.developers) },
    { role: 'viewer', clusterRole: roles.viewer, subjects: subjectsOf(members.viewers) },
  ];
  return grants.filter(({ subjects }) => subjects.length > 0);
}

function subjectsOf(members: Members = []): Subject[] {
  const subjects = members.flatMap(({ group, user }): Subject[] => [
    ...(group === undefined ? [] : [{ kind: 'Group' as const, name: group }]),
    ...(user === undefined ? [] : [{ kind: 'User' as const, name: user }]),
  ]);
  const single = new Map(subjects.map((subject) => [`${subject.kind} ${subject.name}`, subject]));
  return [...single].sort(([left], [right]) => byText(left, right)).map(([, subject]) => subject);
}
