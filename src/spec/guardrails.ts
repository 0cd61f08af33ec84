// What a resolved request has to hold against the world: small pure checks over gathered facts, in order, all of them
// asked. They gather nothing themselves and change nothing.
import { isAmong, type Sender } from './approval.ts';
import type { Catalog } from './catalog.ts';
import type { Problem } from './errors.ts';
import { defaultNamespaceName, LABEL } from './names.ts';
import { inRoles, leadsOf, namePeople } from './people.ts';
import type { NamespaceSpec } from './spec.ts';

/** Whose the namespace is that ingress is asked from. */
export type IngressOwner = { team: string } | 'unmanaged' | 'absent';

export interface Facts {
  sender: Sender;
  spec: NamespaceSpec;
  catalog: Catalog;
  /** What stands under the name now; null: it is free. */
  liveNamespace: { labels: Record<string, string>; annotations: Record<string, string> } | null;
  /** By namespace, for each of `spec.network.ingressFrom`. */
  ingressOwners: Record<string, IngressOwner>;
}

type Guardrail = (facts: Facts) => Problem[];

const GUARDRAILS: readonly Guardrail[] = [senderMaySubmit, nameIsFree, ingressSourcesAreManaged, consentCanBeGiven];

/** Empty when nothing stands against the request. */
export function guardrails(facts: Facts): Problem[] {
  return GUARDRAILS.flatMap((check) => check(facts));
}

function senderMaySubmit({ sender, spec, catalog }: Facts): Problem[] {
  const people = inRoles(catalog.policy.rights.submit, spec.team, undefined, catalog);
  if (isAmong(people, sender)) return [];
  return [
    {
      code: 'NotAllowed',
      message: `${sender.subject} may not request a namespace for team ${spec.team}; who may: ${namePeople(people)}`,
      field: 'team',
      value: spec.team,
    },
  ];
}

function nameIsFree({ spec, liveNamespace }: Facts): Problem[] {
  if (liveNamespace === null) return [];
  const conflict = (message: string): Problem[] => [{ code: 'Conflict', message, field: 'name', value: spec.name }];
  const held = tripleOf(liveNamespace.labels);
  if (held === undefined)
    return conflict(`the namespace ${spec.name} exists and is not managed by naas; choose another name`);
  if (triple(held) === triple(spec))
    return conflict(
      `the namespace ${spec.name} exists already: it is ${triple(held)}, as requested; look at it with \`naas status ${spec.name}\``,
    );
  const twins = defaultNamespaceName(held) === spec.name && defaultNamespaceName(spec) === spec.name;
  const why = twins
    ? `${triple(held)} and ${triple(spec)} come to the same name`
    : `it belongs to ${triple(held)}, the request is for ${triple(spec)}`;
  return conflict(`the namespace ${spec.name} exists already: ${why}; set \`name\` to another one`);
}

function ingressSourcesAreManaged({ spec, ingressOwners }: Facts): Problem[] {
  return spec.network.ingressFrom.flatMap(({ namespace }): Problem[] => {
    const owner = ownerOf(ingressOwners, namespace);
    if (typeof owner === 'object') return [];
    const why =
      owner === 'absent'
        ? 'it does not exist, and whoever made it later would be let in'
        : 'naas does not manage it, so nobody can consent for it';
    return [
      {
        code: 'RefusedByGuardrail',
        message: `network.ingressFrom: traffic from namespace ${namespace} cannot be allowed: ${why}`,
        field: 'network.ingressFrom',
        value: namespace,
      },
    ];
  });
}

/** A team that has left the catalog, or has no lead, would leave a slot that nobody can fill. */
function consentCanBeGiven({ spec, ingressOwners, catalog }: Facts): Problem[] {
  return spec.network.ingressFrom.flatMap(({ namespace }): Problem[] => {
    const owner = ownerOf(ingressOwners, namespace);
    if (typeof owner !== 'object' || owner.team === spec.team) return [];
    const leads = leadsOf(owner.team, catalog);
    if (leads.users.length + leads.groups.length > 0) return [];
    return [
      {
        code: 'RefusedByGuardrail',
        message: `network.ingressFrom: ${namespace} belongs to team ${owner.team}, which has no lead in the catalog to consent`,
        field: 'network.ingressFrom',
        value: namespace,
      },
    ];
  });
}

/** A fact that nobody gathered counts as absent: the safe side. */
function ownerOf(owners: Facts['ingressOwners'], namespace: string): IngressOwner {
  return (Object.hasOwn(owners, namespace) ? owners[namespace] : undefined) ?? 'absent';
}

interface Triple {
  team: string;
  project: string;
  environment: string;
}

function tripleOf(labels: Readonly<Record<string, string>>): Triple | undefined {
  const { [LABEL.team]: team, [LABEL.project]: project, [LABEL.environment]: environment } = labels;
  if (team === undefined || project === undefined || environment === undefined) return undefined;
  return { team, project, environment };
}

function triple({ team, project, environment }: Triple): string {
  return `team ${team}, project ${project}, environment ${environment}`;
}
