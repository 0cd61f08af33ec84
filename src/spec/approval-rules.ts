// Which rule of the catalog decides on a request, and whom it seats: recorded at admission, so that a later catalog moves
// nothing. It gathers no facts and counts no decision (approval.ts does).
import type { RightName, Rights } from './admission.ts';
import {
  type ApprovalPolicy,
  type ApprovalSlot,
  type ApprovalTimes,
  isAmong,
  type People,
  type Sender,
} from './approval.ts';
import { AWAITED_MAX_BYTES, awaitedBytes } from './awaited.ts';
import { canonicalJson } from './canonical.ts';
import type { ApprovalRule, Catalog } from './catalog.ts';
import type { SenderRole } from './catalog-schema.ts';
import { NaasError } from './errors.ts';
import type { IngressOwner } from './guardrails.ts';
import { consentSlot, TRANSFER_SLOTS } from './names.ts';
import { inRoles, leadsOf, namesNobody, seatedBy } from './people.ts';
import { byText } from './resolve-problems.ts';
import type { NamespaceSpec } from './spec.ts';

/** The first rule that holds, plus one slot for each other team whose namespaces may connect. */
export function approvalPolicy(
  spec: NamespaceSpec,
  sender: Sender,
  ingressOwners: Readonly<Record<string, IngressOwner>>,
  catalog: Catalog,
): ApprovalPolicy {
  const rule = catalog.approvals.rules.find(({ when }) => holds(when, spec));
  if (rule === undefined) {
    throw new NaasError({
      code: 'RefusedByGuardrail',
      message: `no approval rule covers ${spec.name} (tier ${spec.tier}, template ${spec.template}), requested by ${sender.subject}; add one to approvals.yaml`,
    });
  }
  const slots = [...seats(rule, spec, catalog), ...consents(spec, ingressOwners, catalog)];
  keepListed(spec, slots);
  return { rule: rule.name, slots, times: timesOf(rule) };
}

/**
 * By the rule for what the namespace becomes, and by the one for what it is: else whoever asks for a smaller tier would be
 * free of those who answer for the larger one.
 */
export function changePolicy(
  from: NamespaceSpec,
  to: NamespaceSpec,
  by: Sender,
  addedIngressOwners: Readonly<Record<string, IngressOwner>>,
  catalog: Catalog,
): ApprovalPolicy {
  const wanted = approvalPolicy(to, by, addedIngressOwners, catalog);
  const held = catalog.approvals.rules.find(({ when }) => holds(when, from));
  if (held === undefined || held.name === wanted.rule) return wanted;
  const named = new Map(wanted.slots.map((seat) => [seat.slot, seat]));
  const more = seats(held, from, catalog).flatMap((seat) => {
    const other = named.get(seat.slot);
    if (other === undefined) return [seat];
    // Two rules may call different people by one name.
    return isSameSeat(seat, other) ? [] : [{ ...seat, slot: `${held.name}/${seat.slot}` }];
  });
  if (more.length === 0) return wanted;
  const slots = [...more, ...wanted.slots];
  keepListed(to, slots);
  return {
    rule: `${held.name}, ${wanted.rule}`,
    slots,
    times: wanted.slots.length === 0 ? timesOf(held) : wanted.times,
  };
}

function isSameSeat(left: ApprovalSlot, right: ApprovalSlot): boolean {
  const people = ({ users, groups }: ApprovalSlot) => canonicalJson({ users, groups });
  return people(left) === people(right);
}

function seats({ slots }: ApprovalRule, { team }: NamespaceSpec, catalog: Catalog): ApprovalSlot[] {
  return slots.map(
    ({ slot, why, people, escalation }): ApprovalSlot => ({
      slot,
      why,
      ...seatedBy(people, team, catalog),
      escalation: seatedBy(escalation, team, catalog),
    }),
  );
}

function timesOf({ remindAfterMinutes, escalateAfterMinutes, lapseAfterMinutes }: ApprovalRule): ApprovalTimes {
  return { remindAfterMinutes, escalateAfterMinutes, lapseAfterMinutes };
}

/** Whoever is asked has to be found by those who look for what waits for them. */
function keepListed(spec: NamespaceSpec, slots: readonly ApprovalSlot[]): void {
  const bytes = awaitedBytes(slots);
  if (bytes <= AWAITED_MAX_BYTES) return;
  throw new NaasError({
    code: 'RefusedByGuardrail',
    message: `${spec.name} would ask too many people for approval: their names come to ${bytes} bytes, at most ${AWAITED_MAX_BYTES} fit; name namespaces of fewer other teams in network.ingressFrom`,
    field: 'network.ingressFrom',
  });
}

/** Taking over what others made is never approved by policy alone. */
export function adoptionPolicy(
  spec: NamespaceSpec,
  sender: Sender,
  ingressOwners: Readonly<Record<string, IngressOwner>>,
  catalog: Catalog,
): ApprovalPolicy {
  const policy = approvalPolicy(spec, sender, ingressOwners, catalog);
  if (policy.slots.length > 0) return policy;
  const { operators } = catalog.policy;
  const why = `${spec.name} stood before naas: what is in it comes under its rules.`;
  return { ...policy, slots: [{ slot: 'adoption', why, ...operators, escalation: operators }] };
}

/** Both teams decide. Who leads one of them and asks for it has decided for that one; nobody's team falls to the operators. */
export function transferPolicy(from: NamespaceSpec, to: NamespaceSpec, by: Sender, catalog: Catalog): ApprovalPolicy {
  const { operators } = catalog.policy;
  const seat = (slot: string, team: string, why: string): ApprovalSlot[] => {
    const leads = leadsOf(team, catalog);
    if (isAmong(leads, by)) return [];
    const people = namesNobody(leads) ? operators : leads;
    return [{ slot, why, ...people, escalation: operators }];
  };
  const rule = catalog.approvals.rules.find(({ when }) => holds(when, to)) ?? catalog.approvals.rules[0];
  return {
    rule: 'transfer',
    slots: [
      ...seat(TRANSFER_SLOTS.gives, from.team, `Team ${from.team} gives ${from.name} away.`),
      ...seat(TRANSFER_SLOTS.takes, to.team, `Team ${to.team} takes ${from.name} over, with its cost.`),
    ],
    times: {
      remindAfterMinutes: rule?.remindAfterMinutes ?? 60,
      escalateAfterMinutes: rule?.escalateAfterMinutes ?? 240,
      lapseAfterMinutes: rule?.lapseAfterMinutes ?? 1440,
    },
  };
}

/** Who may send what to the namespace from now on. Operators may by the catalog of the day: whoever is none any more may not. */
export function rightsOf(spec: NamespaceSpec, owner: Sender | undefined, catalog: Catalog): Rights {
  const { submit, change, transfer, teardown, cancel } = catalog.policy.rights;
  const people = (roles: readonly SenderRole[]): People =>
    inRoles(
      roles.filter((role) => role !== 'operator'),
      spec.team,
      owner,
      catalog,
    );
  return {
    submit: people(submit),
    change: people(change),
    transfer: people(transfer),
    teardown: people(teardown),
    cancel: people(cancel),
  };
}

/** What comes with being the owner. */
export function ownerRights({ policy: { rights } }: Catalog): RightName[] {
  const names = ['change', 'transfer', 'teardown', 'cancel'] as const;
  return names.filter((name) => rights[name].includes('owner'));
}

function holds(when: ApprovalRule['when'], spec: NamespaceSpec): boolean {
  return (
    (when.tiers?.includes(spec.tier) ?? true) &&
    (when.templates?.includes(spec.template) ?? true) &&
    (when.teams?.includes(spec.team) ?? true)
  );
}

function consents(
  spec: NamespaceSpec,
  owners: Readonly<Record<string, IngressOwner>>,
  catalog: Catalog,
): ApprovalSlot[] {
  const { why, escalation } = catalog.approvals.ingressFromOtherTeam;
  const sources = new Map<string, string[]>();
  for (const { namespace } of spec.network.ingressFrom) {
    const owner = Object.hasOwn(owners, namespace) ? owners[namespace] : undefined;
    if (typeof owner !== 'object' || owner.team === spec.team) continue;
    sources.set(owner.team, [...(sources.get(owner.team) ?? []), namespace]);
  }
  return [...sources]
    .sort(([left], [right]) => byText(left, right))
    .map(([team, namespaces]) => ({
      slot: consentSlot(team),
      why: `${why} Team ${team}: ${namespaces.join(', ')}.`,
      ...leadsOf(team, catalog),
      escalation: seatedBy(escalation, spec.team, catalog),
    }));
}
