// Which rule of the catalog decides on a request, and whom it seats: recorded at admission, so that a later catalog moves
// nothing. It gathers no facts and counts no decision (approval.ts does).
import type { Rights } from './admission.ts';
import { type ApprovalPolicy, type ApprovalSlot, isAmong, type People, type Sender } from './approval.ts';
import { AWAITED_MAX_BYTES, awaitedBytes } from './awaited.ts';
import type { ApprovalRule, Catalog } from './catalog.ts';
import type { SenderRole } from './catalog-schema.ts';
import { NaasError } from './errors.ts';
import type { IngressOwner } from './guardrails.ts';
import { consentSlot } from './names.ts';
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
  const asked = rule.slots.map(
    ({ slot, why, people, escalation }): ApprovalSlot => ({
      slot,
      why,
      ...seatedBy(people, spec.team, catalog),
      escalation: seatedBy(escalation, spec.team, catalog),
    }),
  );
  const slots = [...asked, ...consents(spec, ingressOwners, catalog)];
  const bytes = awaitedBytes(slots);
  if (bytes > AWAITED_MAX_BYTES) {
    throw new NaasError({
      code: 'RefusedByGuardrail',
      message: `${spec.name} would ask too many people for approval: their names come to ${bytes} bytes, at most ${AWAITED_MAX_BYTES} fit; name namespaces of fewer other teams in network.ingressFrom`,
      field: 'network.ingressFrom',
    });
  }
  return {
    rule: rule.name,
    slots,
    times: {
      remindAfterMinutes: rule.remindAfterMinutes,
      escalateAfterMinutes: rule.escalateAfterMinutes,
      lapseAfterMinutes: rule.lapseAfterMinutes,
    },
  };
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
      ...seat('gives', from.team, `Team ${from.team} gives ${from.name} away.`),
      ...seat('takes', to.team, `Team ${to.team} takes ${from.name} over, with its cost.`),
    ],
    times: {
      remindAfterMinutes: rule?.remindAfterMinutes ?? 60,
      escalateAfterMinutes: rule?.escalateAfterMinutes ?? 240,
      lapseAfterMinutes: rule?.lapseAfterMinutes ?? 1440,
    },
  };
}

/** Who may send what to the namespace from now on. */
export function rightsOf(spec: NamespaceSpec, sender: Sender, catalog: Catalog): Rights {
  const { submit, change, transfer, teardown, cancel } = catalog.policy.rights;
  const people = (roles: readonly SenderRole[]): People => inRoles(roles, spec.team, sender, catalog);
  return {
    submit: people(submit),
    change: people(change),
    transfer: people(transfer),
    teardown: people(teardown),
    cancel: people(cancel),
  };
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
