// Admission of a message about a domain: proves its sender, brings the name to its one spelling, refuses what no team may have,
// and answers what the run decides on. It has no effect on any system, and the key of the proofs never leaves it.
import type { Sender } from '../spec/approval.ts';
import { isAmong } from '../spec/approval.ts';
import { canonicalJson, sha256Hex } from '../spec/canonical.ts';
import type { Catalog } from '../spec/catalog.ts';
import { challengeName, challengeValue } from '../spec/domain-challenge.ts';
import { covers } from '../spec/domain-lifecycle.ts';
import type { TxtRecord } from '../spec/domain-status.ts';
import { NaasError, type Problem } from '../spec/errors.ts';
import { canonicalHostname, isPublicSuffix, registrableDomain } from '../spec/hostnames.ts';
import { lookup } from '../spec/lookup.ts';
import { domainWorkflowId } from '../spec/names.ts';
import { inRoles, isOperator, leadsOf, namePeople } from '../spec/people.ts';
import type { Proof } from '../spec/proof.ts';
import type { Money } from '../spec/spec.ts';
import { permanentProblems } from './admit-input.ts';
import { atTheBoundary, callOptions } from './boundary.ts';
import type { Proofs } from './proofs.ts';
import type { Registrar } from './registrar.ts';

export interface AdmitDomainInput {
  message: 'addDomain' | 'buyDomain' | 'boughtDomain' | 'removeDomain' | 'transferDomain' | 'decideDomain';
  /** The registrable domain that the workflow id holds. */
  domain: string;
  by: Proof;
  /** The message without `by`. */
  body: { requestId: string; name: string; team?: string; delegate?: boolean };
  receivedAtMs: number;
  signedSinceMs: number;
}

export interface AdmittedDomain {
  verdict: 'admitted';
  sender: Sender;
  nonce: string;
  operator: boolean;
  /** Canonical. */
  name: string;
  /** For which teams the sender may register; for which they may decide. */
  submits: string[];
  leads: string[];
  /** What the named team has to enter. */
  record?: TxtRecord;
  proofDays: number;
  graceDays: number;
  /** Absent where none are bought. */
  purchase?: AdmittedPurchase;
}

export interface AdmittedPurchase {
  price?: Money;
  /** Whether the sender may. */
  approves: boolean;
  buys: boolean;
  approvers: string;
  buyers: string;
}

export type DomainAdmission = AdmittedDomain | { verdict: 'refused'; problems: Problem[] };

export interface AdmitDomainDependencies {
  catalog: Catalog;
  proofs: Proofs;
  /** The key of domain proofs; throws where none is configured. */
  domainKey: () => Promise<Uint8Array>;
  registrar: Registrar;
}

/** A clock of a caller that is a little ahead must not make a message older than the run that it starts. */
const CLOCK_TOLERANCE_MS = 60_000;

export function admitDomainActivities(deps: AdmitDomainDependencies) {
  return {
    async admitDomain(input: AdmitDomainInput): Promise<DomainAdmission> {
      return atTheBoundary(async () => {
        try {
          return await admit(deps, input);
        } catch (error) {
          return { verdict: 'refused', problems: permanentProblems(error) };
        }
      });
    },
  };
}

async function admit(deps: AdmitDomainDependencies, input: AdmitDomainInput): Promise<AdmittedDomain> {
  const { catalog, proofs } = deps;
  const { message, domain, body, by } = input;
  const { sender, nonce } = await proofs.verify(
    by,
    { message, namespace: domainWorkflowId(domain), bodySha256: sha256Hex(canonicalJson(body)) },
    input.receivedAtMs,
    input.signedSinceMs - CLOCK_TOLERANCE_MS,
  );
  const name = canonicalDomain(body.name, catalog);
  if (registrableDomain(name) !== domain)
    throw refusal('name', `${name} belongs to ${registrableDomain(name)}, but was sent to ${domain}`, body.name);
  const named = body.team === undefined ? {} : { record: await recordOf(deps, name, body.team) };
  const { proofDays, graceDays, delegation } = catalog.policy.domains;
  if (body.delegate === true && delegation === undefined)
    throw refusal('delegate', 'this installation makes no zones; its policy names no place for them', true);
  const teams = Object.keys(catalog.teams);
  const purchase = await purchaseOf(deps, input, sender);
  const submitters = catalog.policy.rights.submit.filter((role) => role !== 'operator');
  return {
    verdict: 'admitted',
    sender,
    nonce,
    operator: isOperator(sender, catalog),
    name,
    submits: teams.filter((team) => isAmong(inRoles(submitters, team, undefined, catalog), sender)),
    leads: teams.filter((team) => isAmong(leadsOf(team, catalog), sender)),
    ...named,
    proofDays,
    graceDays,
    ...(purchase === undefined ? {} : { purchase }),
  };
}

async function purchaseOf(
  { catalog, registrar }: AdmitDomainDependencies,
  { message, domain, body }: AdmitDomainInput,
  sender: Sender,
): Promise<AdmittedPurchase | undefined> {
  const { purchase } = catalog.policy.domains;
  if (purchase === undefined) {
    if (message !== 'buyDomain') return undefined;
    throw refusal(
      'name',
      'this installation buys no domains; its policy names nobody who approves and buys',
      body.name,
    );
  }
  const { approvers, buyers } = purchase;
  const { price } = message === 'buyDomain' ? await registrar.offer(domain, callOptions()) : { price: undefined };
  return {
    ...(price === undefined ? {} : { price }),
    approves: isAmong(approvers, sender),
    buys: isAmong(buyers, sender),
    approvers: namePeople(approvers),
    buyers: namePeople(buyers),
  };
}

/** Throws with the reason why no team may have it. */
export function canonicalDomain(written: string, { zones }: Catalog): string {
  const result = canonicalHostname(written);
  if ('why' in result) throw refusal('name', `"${written}" cannot be a domain: ${result.why}`, written);
  const { name } = result;
  if (name.startsWith('*.'))
    throw refusal('name', `"${written}" is a wildcard; name the domain, which covers all below it`, written);
  if (isPublicSuffix(name) || registrableDomain(name) === undefined)
    throw refusal('name', `"${written}" is a public suffix: names below it belong to different owners`, written);
  const zone = Object.keys(zones).find((each) => covers(each, name));
  if (zone !== undefined)
    throw refusal(
      'name',
      `"${written}" is in zone ${zone}, whose names every request may ask for as they are`,
      written,
    );
  return name;
}

async function recordOf(deps: AdmitDomainDependencies, name: string, team: string): Promise<TxtRecord> {
  const { catalog } = deps;
  if (lookup(catalog.teams, team) === undefined)
    throw new NaasError({
      code: 'InvalidRequest',
      message: `team: there is no team "${team}"`,
      field: 'team',
      value: team,
      allowed: Object.keys(catalog.teams),
    });
  const { installation } = catalog.platform;
  const value = challengeValue(await deps.domainKey(), { installation, domain: name, team });
  return { name: challengeName(name), value };
}

function refusal(field: string, message: string, value: unknown): NaasError {
  return new NaasError({ code: 'InvalidRequest', message: `${field}: ${message}`, field, value });
}
