// Request + catalog → Spec: every question answered once, every problem told at once. Pure: the same request and catalog
// give the same Spec, in one order, whatever order the request used.
import type { Catalog, Platform, Policy, Template, Tier } from './catalog.ts';
import { NaasError, type Problem } from './errors.ts';
import { loadBalancerProblems } from './gateway-problems.ts';
import { lookup } from './lookup.ts';
import { DNS_LABEL, defaultNamespaceName } from './names.ts';
import { refuseAll } from './problem-list.ts';
import type { NamespaceRequest } from './request.ts';
import { type ReachContext, resolveHostnames } from './resolve-hostnames.ts';
import { keyProblems } from './resolve-keys.ts';
import { grantsOf } from './resolve-members.ts';
import { resolveNetwork } from './resolve-network.ts';
import { notAmong, reservedBy } from './resolve-problems.ts';
import { resolveQuota } from './resolve-quota.ts';
import type { NamespaceSpec } from './spec.ts';

export interface ResolveContext extends ReachContext {
  /** The cluster that is configured; a request may name it, but no other. */
  cluster: string;
}

/** Throws InvalidRequest that lists every problem, with the fields of the request. */
export function resolve(request: NamespaceRequest, catalog: Catalog, context: ResolveContext): NamespaceSpec {
  const problems: Problem[] = [];
  const team = lookup(catalog.teams, request.team);
  const tier = lookup(catalog.tiers, request.tier);
  const template = lookup(catalog.templates, request.template);
  if (team === undefined) problems.push(notAmong('team', 'team', request.team, Object.keys(catalog.teams)));
  if (tier === undefined) problems.push(notAmong('tier', 'tier', request.tier, Object.keys(catalog.tiers)));
  if (template === undefined)
    problems.push(notAmong('template', 'template', request.template, Object.keys(catalog.templates)));
  if (request.cluster !== undefined && request.cluster !== context.cluster)
    problems.push(notAmong('cluster', 'cluster', request.cluster, [context.cluster]));

  const name = request.name ?? defaultNamespaceName(request);
  problems.push(...nameProblems(name, request, catalog.policy));
  problems.push(...keyProblems('labels', request.labels ?? {}, catalog.policy.allowedLabels));
  problems.push(...keyProblems('annotations', request.annotations ?? {}, catalog.policy.allowedAnnotations));
  if (team?.projects !== undefined && !team.projects.includes(request.project)) {
    problems.push(notAmong('project', `project of team ${request.team}`, request.project, team.projects));
  }
  if (template !== undefined && tier !== undefined) problems.push(...tierProblems(request, template));
  const leaseDays = request.leaseDays ?? tier?.lease.defaultDays ?? 0;
  if (tier !== undefined) problems.push(...leaseProblems(leaseDays, request.tier, tier));
  const quota = resolveQuota(request, tier, problems);
  const network = resolveNetwork(request, name, template, catalog, problems);
  const reach = resolveHostnames(request, catalog, context, problems);
  if (reach !== undefined) problems.push(...loadBalancerProblems(reach.gateway, { tier: request.tier, quota }));
  refuseAll(problems);
  if (team === undefined || tier === undefined || template === undefined) {
    throw new NaasError({
      code: 'InvalidRequest',
      message: `the request for ${name} names what the catalog does not know`,
    });
  }
  return {
    version: 1,
    name,
    cluster: context.cluster,
    team: request.team,
    project: request.project,
    environment: request.environment,
    template: request.template,
    tier: request.tier,
    purpose: request.purpose,
    costCentre: request.costCentre ?? team.costCentre,
    labels: { ...request.labels },
    annotations: { ...request.annotations },
    podSecurity: podSecurityOf(template, catalog.platform),
    quota,
    limits: { default: { ...tier.limits.default }, defaultRequest: { ...tier.limits.defaultRequest } },
    network,
    grants: grantsOf(request, catalog.policy.roles),
    leaseDays,
    monthlyCostLimit: { ...tier.monthlyCostLimit },
    ...(reach === undefined ? {} : { reach }),
  };
}

function nameProblems(name: string, request: NamespaceRequest, policy: Policy): Problem[] {
  const field = request.name === undefined ? 'project' : 'name';
  const origin = request.name === undefined ? ' (from team, project and environment; set `name` for another)' : '';
  if (!DNS_LABEL.test(name)) {
    const why =
      name.length > 63
        ? `has ${name.length} characters; a namespace has at most 63`
        : 'is no DNS label: lower-case letters, digits and "-"';
    return [{ code: 'InvalidRequest', message: `the name "${name}"${origin} ${why}`, field, value: name }];
  }
  const reserved = reservedBy(name, policy);
  if (reserved === undefined) return [];
  return [
    {
      code: 'InvalidRequest',
      message: `the name "${name}"${origin} is reserved (${reserved}); choose another`,
      field,
      value: name,
    },
  ];
}

function tierProblems(request: NamespaceRequest, template: Template): Problem[] {
  if (template.tiers.includes(request.tier)) return [];
  return [notAmong('tier', `tier of template ${request.template}`, request.tier, template.tiers)];
}

function leaseProblems(days: number, name: string, { lease }: Tier): Problem[] {
  if (days <= lease.maximumDays) return [];
  return [
    {
      code: 'InvalidRequest',
      message: `leaseDays: ${days} is above the ${lease.maximumDays} days that tier ${name} allows`,
      field: 'leaseDays',
      value: days,
    },
  ];
}

function podSecurityOf({ podSecurity }: Template, platform: Platform): NamespaceSpec['podSecurity'] {
  return {
    enforce: podSecurity.enforce,
    audit: podSecurity.audit,
    warn: podSecurity.warn,
    version: platform.podSecurityVersion,
  };
}
