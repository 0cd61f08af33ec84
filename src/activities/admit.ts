// Admission: proves the sender, parses and resolves the request again, gathers facts, runs the guardrails, plans, compares
// with the live state. Its recorded answer is all that the run relies on later. It has no effect on any system.
import { randomBytes } from 'node:crypto';
import { changeDigest, objectsOf, plan, planDigest } from '../plan/index.ts';
import { outsideClosedList } from '../plan/kinds.ts';
import type { Plan } from '../plan/plan.ts';
import type { Admission, Admitted, Change } from '../spec/admission.ts';
import { approvalPolicy, rightsOf } from '../spec/approval-rules.ts';
import { canonicalJson, sha256Hex } from '../spec/canonical.ts';
import { NaasError, type Problem } from '../spec/errors.ts';
import { guardrails } from '../spec/guardrails.ts';
import { LABEL } from '../spec/names.ts';
import { parseRequest } from '../spec/request.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import { type AdmitDependencies, type AdmitInput, type Proven, permanentProblems } from './admit-input.ts';
import { admitAdoption, admitRecovery } from './admit-takeover.ts';
import { atTheBoundary, callOptions } from './boundary.ts';
import type { CallOptions } from './cluster.ts';
import type { SenderClaims } from './proofs.ts';
import { stamped } from './stamp.ts';
import { changesAgainst, type Survey, survey } from './survey.ts';
import { admittedReach, noticesOf, type ReachSurvey, resolveFor, surveyReach } from './survey-reach.ts';

export interface Preview {
  problems: Problem[];
  admitted: Admitted | null;
}

export function admitActivities(deps: AdmitDependencies) {
  return {
    async admit(input: AdmitInput): Promise<Admission> {
      return atTheBoundary(async () => {
        try {
          return await admitByMode(deps, input, callOptions());
        } catch (error) {
          return { verdict: 'refused', problems: permanentProblems(error) };
        }
      });
    },

    /** The same questions for somebody who only looks: a living namespace is compared with, not refused. */
    async examineOnly(input: AdmitInput): Promise<Preview> {
      return atTheBoundary(async () => {
        try {
          const options = callOptions();
          const proven = await prove(deps, input, LOOKING);
          const draft = await examine(deps, proven, await wantedBy(deps, input, options), options);
          const problems = judgeDraft(deps, draft).filter(
            (problem) => !(isSameTriple(draft) && problem.code === 'Conflict'),
          );
          return { problems, admitted: admitted(deps, input, draft) };
        } catch (error) {
          return { problems: permanentProblems(error), admitted: null };
        }
      });
    },
  };
}

interface Draft extends Proven {
  spec: NamespaceSpec;
  plan: Plan;
  survey: Survey;
  changes: Change[];
  reach: ReachSurvey;
}

const MODES = ['create', 'adopt', 'recover'] as const;

async function admitByMode(deps: AdmitDependencies, input: AdmitInput, options: CallOptions): Promise<Admission> {
  const { mode } = input.submission;
  const proven = await prove(deps, input);
  if (mode === 'recover') return admitRecovery(deps, input, proven, options);
  const spec = await wantedBy(deps, input, options);
  if (mode === 'adopt') return admitAdoption(deps, input, proven, spec, options);
  const draft = await examine(deps, proven, spec, options);
  const problems = judgeDraft(deps, draft);
  return problems.length > 0 ? { verdict: 'refused', problems } : admitted(deps, input, draft);
}

/** Whoever only looks signs just that: a captured preview must not request anything. Clients of 0.1.0 signed `submit` for both. */
const LOOKING = ['preview', 'submit'] as const;

async function prove(
  deps: AdmitDependencies,
  { submission, name, receivedAtMs }: AdmitInput,
  message: SenderClaims['message'] = 'submit',
): Promise<Proven> {
  const requestSha256 = sha256Hex(canonicalJson({ mode: submission.mode, request: submission.request }));
  const { sender } = await deps.proofs.verify(
    submission.by,
    { message, namespace: name, bodySha256: requestSha256 },
    receivedAtMs,
  );
  if (MODES.some((mode) => mode === submission.mode)) return { sender, requestSha256 };
  throw new NaasError({
    code: 'InvalidRequest',
    message: `mode "${submission.mode}" is not known`,
    field: 'mode',
    value: submission.mode,
    allowed: [...MODES],
  });
}

async function wantedBy(
  deps: AdmitDependencies,
  { submission, name }: AdmitInput,
  options: CallOptions,
): Promise<NamespaceSpec> {
  const spec = await resolveFor(deps, parseRequest(submission.request), options);
  if (spec.name === name) return spec;
  throw new NaasError({
    code: 'InvalidRequest',
    message: `the request comes to the name "${spec.name}", but was sent to "${name}"`,
    field: 'name',
    value: spec.name,
    allowed: [name],
  });
}

async function examine(
  deps: AdmitDependencies,
  proven: Proven,
  spec: NamespaceSpec,
  options: CallOptions,
): Promise<Draft> {
  const planned = plan(spec);
  const seen = await survey(deps.cluster, spec, options);
  const [objects, reach] = await Promise.all([
    changesAgainst(deps.cluster, objectsOf(planned), seen.liveNamespace, options),
    surveyReach(deps, planned, spec, undefined, options),
  ]);
  return {
    ...proven,
    spec,
    plan: planned,
    survey: seen,
    changes: [...objects, ...reach.changes],
    reach,
  };
}

function judgeDraft(deps: AdmitDependencies, draft: Draft): Problem[] {
  const { spec, sender } = draft;
  const live = draft.survey.liveNamespace;
  const liveNamespace =
    live === undefined ? null : { labels: live.metadata.labels ?? {}, annotations: live.metadata.annotations ?? {} };
  return [
    ...guardrails({ sender, spec, catalog: deps.catalog, liveNamespace, ingressOwners: draft.survey.ingressOwners }),
    ...draft.reach.problems,
    ...outsideClosedList(spec.name, objectsOf(draft.plan)),
  ];
}

function isSameTriple(draft: Draft): boolean {
  const labels = draft.survey.liveNamespace?.metadata.labels ?? {};
  const { team, project, environment } = draft.spec;
  return labels[LABEL.team] === team && labels[LABEL.project] === project && labels[LABEL.environment] === environment;
}

function admitted(deps: AdmitDependencies, input: AdmitInput, draft: Draft): Admitted {
  const { sender, spec } = draft;
  const digest = planDigest(draft.plan);
  // Drawn once and recorded: it fences every later write of this run against another life of the same name.
  const incarnation = randomBytes(6).toString('hex');
  const rendered = stamped(deps.cluster.name, draft.plan, {
    incarnation,
    requestId: input.submission.requestId,
    planDigest: digest,
    spec,
  });
  return {
    verdict: 'admitted',
    sender,
    requestSha256: draft.requestSha256,
    spec,
    incarnation,
    planDigest: digest,
    changeDigest: changeDigest(draft.changes),
    changes: draft.changes,
    ...noticesOf(draft.reach),
    ...rendered,
    ...admittedReach(draft.plan, spec, deps.catalog),
    approval: approvalPolicy(spec, sender, draft.survey.ingressOwners, deps.catalog),
    rights: rightsOf(spec, sender, deps.catalog),
    timing: deps.catalog.policy.timing,
  };
}
