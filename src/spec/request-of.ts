// Spec → the request that would give it again, everything written out. What it is for: resolving twice equals once, and
// a run that has to be rebuilt from the cluster's own record.
import type { NamespaceRequest } from './request.ts';
import type { Grant, NamespaceSpec } from './spec.ts';

export function requestOf(spec: NamespaceSpec): NamespaceRequest {
  return {
    apiVersion: 'naas.dev/v1',
    kind: 'NamespaceRequest',
    team: spec.team,
    project: spec.project,
    environment: spec.environment,
    name: spec.name,
    template: spec.template,
    tier: spec.tier,
    purpose: spec.purpose,
    costCentre: spec.costCentre,
    members: {
      admins: membersOf(spec, 'admin'),
      developers: membersOf(spec, 'developer'),
      viewers: membersOf(spec, 'viewer'),
    },
    network: {
      profile: spec.network.profile,
      ingressFrom: spec.network.ingressFrom.map(({ namespace, team }) => ({ namespace, team })),
      egressTo: spec.network.egressTo.map((target) => ({
        ...target,
        ports: target.ports.map((port) => ({ ...port })),
      })),
      sharedServices: spec.network.sharedServices.map(({ name }) => name),
    },
    labels: { ...spec.labels },
    annotations: { ...spec.annotations },
    leaseDays: spec.leaseDays,
    quota: { ...spec.quota },
    cluster: spec.cluster,
  };
}

function membersOf(spec: NamespaceSpec, role: Grant['role']): { group?: string; user?: string }[] {
  const grants = spec.grants.filter((grant) => grant.role === role);
  return grants.flatMap(({ subjects }) =>
    subjects.map(({ kind, name }) => (kind === 'Group' ? { group: name } : { user: name })),
  );
}
