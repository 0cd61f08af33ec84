// Admission of a change that nobody asked for: a living namespace without hostnames whose domain its team has lost. Nothing else of it
// moves, whatever the catalog says today, and nobody has to agree. No effects.
import type { ChangeAdmission } from '../spec/admission.ts';
import { canonicalJson, sha256Hex } from '../spec/canonical.ts';
import { canonicalHostname } from '../spec/hostnames.ts';
import { parseRequest } from '../spec/request.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import { type AdmitDependencies, permanentProblems } from './admit-input.ts';
import { atTheBoundary, callOptions } from './boundary.ts';
import { type AppliedState, draftChange } from './draft-change.ts';

export interface AdmitLossInput {
  name: string;
  requestId: string;
  /** Canonical hostnames that stop. */
  names: string[];
  applied: AppliedState;
}

/** Under which the change stands in the history. */
const NAAS = { subject: 'naas', groups: [] };

export function admitLossActivities(deps: AdmitDependencies) {
  return {
    async admitLoss(input: AdmitLossInput): Promise<ChangeAdmission> {
      return atTheBoundary(async () => {
        try {
          return await admitLoss(deps, input);
        } catch (error) {
          return { verdict: 'refused', problems: permanentProblems(error) };
        }
      });
    },
  };
}

async function admitLoss(
  deps: AdmitDependencies,
  { requestId, names, applied }: AdmitLossInput,
): Promise<ChangeAdmission> {
  const { owner } = applied;
  const spec = withoutNames(applied.spec, names);
  const { admitted, isSame, obstacles } = await draftChange(deps, { requestId, spec, owner }, applied, callOptions());
  if (isSame) return { verdict: 'unchanged', by: NAAS };
  if (obstacles.length > 0) return { verdict: 'refused', problems: obstacles };
  const request = requestWithout(applied.request, names);
  const times = { remindAfterMinutes: 0, escalateAfterMinutes: 0, lapseAfterMinutes: 0 };
  return {
    ...admitted,
    sender: owner ?? NAAS,
    by: NAAS,
    request,
    requestSha256: sha256Hex(canonicalJson(request)),
    approval: { rule: 'names of a lost domain', slots: [], times },
  };
}

function withoutNames({ reach, ...spec }: NamespaceSpec, lost: readonly string[]): NamespaceSpec {
  const names = (reach?.names ?? []).filter(({ name }) => !lost.includes(name));
  if (reach === undefined || names.length === 0) return spec;
  const hostnames = reach.gateway.hostnames.filter(({ name }) => !lost.includes(name));
  return { ...spec, reach: { gateway: { ...reach.gateway, hostnames }, names } };
}

/** As it was written, but for the names. */
function requestWithout(request: unknown, lost: readonly string[]): unknown {
  const { hostnames = [], ...rest } = parseRequest(request);
  const kept = hostnames.filter(({ name }) => {
    const result = canonicalHostname(name);
    return 'why' in result || !lost.includes(result.name);
  });
  return kept.length === 0 ? rest : { ...rest, hostnames: kept };
}
