// What a resolved request has to hold against the world: small pure checks over gathered facts, in order, all of them
// asked. They gather nothing themselves and change nothing.
import { isAmong, type Sender } from './approval.ts';
import type { Catalog } from './catalog.ts';
import type { ErrorName, Problem } from './errors.ts';
import { lookup } from './lookup.ts';
import { ANNOTATION, defaultNamespaceName, LABEL } from './names.ts';
import { inRoles, leadsOf, namePeople, namesNobody } from './people.ts';
import { compareQuantities, parseQuantity } from './quantities.ts';
import type { IngressSource, NamespaceSpec } from './spec.ts';

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

const GUARDRAILS: readonly Guardrail[] = [senderMaySubmit, nameIsFree, nameIsNoOtherTeams, ingressSourcesAreTheirs];

/** Empty when nothing stands against the request. */
export function guardrails(facts: Facts): Problem[] {
  return GUARDRAILS.flatMap((check) => check(facts));
}

export interface AdoptionFacts extends Facts {
  requestId: string;
}

const ADOPTION_GUARDRAILS: readonly ((facts: AdoptionFacts) => Problem[])[] = [
  senderMaySubmit,
  mayBeAdopted,
  nameIsNoOtherTeams,
  ingressSourcesAreTheirs,
];

/** For a namespace that stands already and was never ours. */
export function adoptionGuardrails(facts: AdoptionFacts): Problem[] {
  return ADOPTION_GUARDRAILS.flatMap((check) => check(facts));
}

/** An administrator of the cluster says so on the namespace itself, for this one request. */
function mayBeAdopted({ spec, liveNamespace, requestId }: AdoptionFacts): Problem[] {
  const refuse = (code: ErrorName, message: string): Problem[] => [{ code, message, field: 'name', value: spec.name }];
  if (liveNamespace === null)
    return refuse('NotFound', `namespace ${spec.name} does not exist; request it instead of adopting it`);
  if (liveNamespace.labels[LABEL.incarnation] !== undefined)
    return refuse(
      'Conflict',
      `namespace ${spec.name} is managed by naas already; an operator can recover its run with \`naas recover ${spec.name}\``,
    );
  if (liveNamespace.annotations[ANNOTATION.adoptAllow] === requestId) return [];
  return refuse(
    'RefusedByGuardrail',
    `namespace ${spec.name} is not marked for this adoption; an administrator allows it with \`kubectl annotate namespace ${spec.name} ${ANNOTATION.adoptAllow}=${requestId} --overwrite\`, then send it again with --request-id ${requestId}`,
  );
}

export interface ChangeFacts extends Pick<Facts, 'spec' | 'catalog' | 'ingressOwners'> {
  liveQuota: LiveQuota;
}

/** By key, as the API server shows it: what the quota grants, and what counts as used. */
export interface LiveQuota {
  hard: Record<string, string>;
  used: Record<string, string>;
}

type ChangeGuardrail = (facts: ChangeFacts) => Problem[];

const CHANGE_GUARDRAILS: readonly ChangeGuardrail[] = [
  ingressSourcesAreTheirs,
  ({ spec, liveQuota }) => quotaShortfalls(spec.quota, liveQuota),
];

/** The same for a change of a living namespace, whose name and owner stand. */
export function changeGuardrails(facts: ChangeFacts): Problem[] {
  return CHANGE_GUARDRAILS.flatMap((check) => check(facts));
}

/**
 * A quota taken below use evicts nothing, but from then on nothing can start or be replaced: that is never what was meant.
 * What is over its quota already, and is granted no less, is not this change's doing.
 */
export function quotaShortfalls(wanted: Readonly<Record<string, string>>, { hard, used }: LiveQuota): Problem[] {
  return Object.entries(wanted).flatMap(([key, value]): Problem[] => {
    const inUse = lookup(used, key);
    if (inUse === undefined || !isLess(value, inUse)) return [];
    const granted = lookup(hard, key);
    if (granted !== undefined && !isLess(value, granted)) return [];
    return [
      {
        code: 'RefusedByGuardrail',
        message: `quota.${key}: ${inUse} are in use, the change allows ${value}; free the difference first, or ask for at least ${inUse}`,
        field: `quota.${key}`,
        value,
      },
    ];
  });
}

function isLess(left: string, right: string): boolean {
  return compareQuantities(parseQuantity(left), parseQuantity(right)) < 0;
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

/**
 * A name that begins as another team's names do is taken for theirs, by people and by whatever knows namespaces by name. Of
 * teams such as `shop` and `shop-eu` the longer decides. A name that is held already misleads nobody anew.
 */
function nameIsNoOtherTeams({ sender, spec, catalog, liveNamespace }: Facts): Problem[] {
  const begins = (team: string) => spec.name === team || spec.name.startsWith(`${team}-`);
  const [reads] = Object.keys(catalog.teams)
    .filter(begins)
    .sort((left, right) => right.length - left.length);
  if (reads === undefined || reads === spec.team || liveNamespace !== null) return [];
  if (isAmong(catalog.policy.operators, sender)) return [];
  return [
    {
      code: 'RefusedByGuardrail',
      message: `the name ${spec.name} reads as one of team ${reads}, the request is for team ${spec.team}; set \`name\` to another one, or have an operator send it: ${namePeople(catalog.policy.operators)}`,
      field: 'name',
      value: spec.name,
    },
  ];
}

/** Each is let in by its name and its owner, so both have to be as the request says. */
function ingressSourcesAreTheirs({
  spec,
  ingressOwners,
  catalog,
}: Pick<Facts, 'spec' | 'ingressOwners' | 'catalog'>): Problem[] {
  return spec.network.ingressFrom.flatMap((source): Problem[] => {
    const why = whyNotFrom(source, ownerOf(ingressOwners, source.namespace), spec.team, catalog);
    if (why === undefined) return [];
    return [
      {
        code: 'RefusedByGuardrail',
        message: `network.ingressFrom: traffic from namespace ${source.namespace} cannot be allowed: ${why}`,
        field: 'network.ingressFrom',
        value: source.namespace,
      },
    ];
  });
}

function whyNotFrom(source: IngressSource, owner: IngressOwner, own: string, catalog: Catalog): string | undefined {
  if (owner === 'absent') return 'it does not exist, and whoever made it later would be let in';
  if (owner === 'unmanaged') return 'naas does not manage it, so nobody can consent for it';
  // It may have left the catalog.
  if (owner.team !== own && namesNobody(leadsOf(owner.team, catalog)))
    return `it belongs to team ${owner.team}, which has no lead in the catalog to consent`;
  if (owner.team !== source.team)
    return `it belongs to team ${owner.team}, not to ${source.team}; say \`team: ${owner.team}\``;
  return undefined;
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
