// Admission of a change to a living namespace: proves the sender, resolves the whole wanted state, and has it held against policy,
// against what is applied and against what is live. Its recorded answer is what approval and apply rely on. No effects.
import type { ChangeAdmission } from '../spec/admission.ts';
import { isAmong, type People, type Sender } from '../spec/approval.ts';
import { changePolicy, ownerRights, transferPolicy } from '../spec/approval-rules.ts';
import { canonicalJson, sha256Hex } from '../spec/canonical.ts';
import type { Catalog } from '../spec/catalog.ts';
import { NaasError, type Problem } from '../spec/errors.ts';
import { isOperator, leadsOf, namePeople, together } from '../spec/people.ts';
import type { Proof } from '../spec/proof.ts';
import { parseRequest } from '../spec/request.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import type { OperationKind } from '../spec/status.ts';
import { transferRequest, transferred } from '../spec/transfer.ts';
import { type AdmitDependencies, permanentProblems } from './admit-input.ts';
import { atTheBoundary, callOptions } from './boundary.ts';
import type { CallOptions } from './cluster.ts';
import { type AppliedState, draftChange } from './draft-change.ts';
import type { Survey } from './survey.ts';
import { resolveFor } from './survey-reach.ts';

export interface AdmitChangeInput {
  kind: OperationKind;
  name: string;
  requestId: string;
  /** The message without `by`, as its sender signed it: with `request`, or for a transfer with `team`. */
  body: Record<string, unknown>;
  by: Proof;
  receivedAtMs: number;
  /** What was signed for an earlier life of the name says nothing about this one. */
  signedSinceMs: number;
  /** Who may, as the last admission recorded it; operators may in any case. */
  allowed: People | undefined;
  applied: AppliedState;
}

export function admitChangeActivities(deps: AdmitDependencies) {
  return {
    async admitChange(input: AdmitChangeInput): Promise<ChangeAdmission> {
      return atTheBoundary(async () => {
        try {
          return await admitChange(deps, input, callOptions());
        } catch (error) {
          return { verdict: 'refused', problems: permanentProblems(error) };
        }
      });
    },
  };
}

async function admitChange(
  deps: AdmitDependencies,
  input: AdmitChangeInput,
  options: CallOptions,
): Promise<ChangeAdmission> {
  const { kind, name, body, applied } = input;
  const bodySha256 = sha256Hex(canonicalJson(body));
  const { sender: by } = await deps.proofs.verify(
    input.by,
    { message: kind, namespace: name, bodySha256 },
    input.receivedAtMs,
    input.signedSinceMs,
  );
  mayAsk(input, by, deps.catalog);
  const spec = await wantedSpec(deps, input, options);
  const owner = kind === 'transfer' ? newOwner(spec, by, deps.catalog) : applied.owner;
  const draft = await draftChange(deps, { requestId: input.requestId, spec, owner }, applied, options);
  if (draft.isSame) return { verdict: 'unchanged', by };
  const problems = [...draft.obstacles, ...draft.objections];
  if (problems.length > 0) return { verdict: 'refused', problems };
  const { ownerless, ...admitted } = draft.admitted;
  return {
    ...admitted,
    // Of a transfer that no lead of the new team asked for, whoever takes it over becomes the owner.
    sender: owner ?? by,
    by,
    request: wantedRequest(deps.catalog, input),
    requestSha256: bodySha256,
    approval: approvalOf(input, spec, by, draft.seen, deps.catalog),
    ...(kind === 'transfer' ? { ownerRights: ownerRights(deps.catalog) } : ownerless === true ? { ownerless } : {}),
  };
}

function mayAsk({ kind, name, allowed }: AdmitChangeInput, by: Sender, catalog: Catalog): void {
  const people = allowed ?? { users: [], groups: [] };
  if (isOperator(by, catalog) || isAmong(people, by)) return;
  throw new NaasError({
    code: 'NotAllowed',
    message: `${by.subject} may not ${kind} namespace ${name}; that can ${namePeople(together([people, catalog.policy.operators]))}`,
  });
}

/** A transfer keeps the numbers that hold, whatever the catalog says today; a change is resolved anew. */
async function wantedSpec(
  deps: AdmitDependencies,
  { kind, body, applied }: AdmitChangeInput,
  options: CallOptions,
): Promise<NamespaceSpec> {
  if (kind === 'transfer') return transferred(applied.spec, body['team'], deps.catalog);
  const spec = await resolveFor(deps, parseRequest(body['request']), {
    ...options,
    current: applied.spec.reach?.gateway.mode,
  });
  keepIdentity(applied.spec, spec);
  return spec;
}

function wantedRequest(catalog: Catalog, { kind, name, body, applied }: AdmitChangeInput): unknown {
  if (kind === 'change') return body['request'];
  return transferRequest(parseRequest(applied.request), name, body['team'], catalog);
}

/** Nobody owns what is no longer their team's. */
function newOwner({ team }: NamespaceSpec, by: Sender, catalog: Catalog): Sender | undefined {
  return isAmong(leadsOf(team, catalog), by) ? by : undefined;
}

function approvalOf(
  { kind, applied }: AdmitChangeInput,
  spec: NamespaceSpec,
  by: Sender,
  seen: Survey,
  catalog: Catalog,
) {
  if (kind === 'transfer') return transferPolicy(applied.spec, spec, by, catalog);
  // Who consented once has consented: only new sources ask their owners.
  const known = new Set(applied.spec.network.ingressFrom.map(({ namespace, team }) => `${namespace}/${team}`));
  const added = Object.fromEntries(
    Object.entries(seen.ingressOwners).filter(
      ([namespace, owner]) => typeof owner !== 'object' || !known.has(`${namespace}/${owner.team}`),
    ),
  );
  return changePolicy(applied.spec, spec, by, added, catalog);
}

const IDENTITY = ['name', 'team', 'project', 'environment', 'cluster'] as const;

/** A change is to this namespace: what it is called, whose and where it is, cannot change on the way. */
function keepIdentity(applied: NamespaceSpec, wanted: NamespaceSpec): void {
  const problems = IDENTITY.filter((field) => applied[field] !== wanted[field]).map((field): Problem => {
    const todo = field === 'team' ? `; \`naas transfer ${applied.name} --team ${wanted.team}\` hands it over` : '';
    const message = `${field} is "${applied[field]}" and cannot become "${wanted[field]}" by a change${todo}`;
    return { code: 'InvalidRequest', message, field, value: wanted[field], allowed: [applied[field]] };
  });
  if (problems.length > 0) throw new NaasError(problems);
}
