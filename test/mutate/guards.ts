// The guards that the product's promises hang on, one list. Each has to be missed by a test when it is taken away.
import type { Guard } from './guard.ts';
import { ACTIVITIES } from './guards/activities.ts';
import { APPROVAL } from './guards/approval.ts';
import { CALLERS } from './guards/callers.ts';
import { CATALOG } from './guards/catalog.ts';
import { DNS } from './guards/dns.ts';
import { DOMAINS } from './guards/domains.ts';
import { FENCE } from './guards/fence.ts';
import { GATEWAY } from './guards/gateway.ts';
import { GUARDRAILS } from './guards/guardrails.ts';
import { INPUT } from './guards/input.ts';
import { KUBERNETES } from './guards/kubernetes.ts';
import { NAMES } from './guards/names.ts';
import { PLAN } from './guards/plan.ts';
import { PROOFS } from './guards/proofs.ts';
import { REACH } from './guards/reach.ts';
import { RUNS } from './guards/runs.ts';
import { STORIES } from './guards/stories.ts';

export const GUARDS: readonly Guard[] = [
  ...APPROVAL,
  ...GUARDRAILS,
  ...INPUT,
  ...CATALOG,
  ...NAMES,
  ...PLAN,
  ...GATEWAY,
  ...PROOFS,
  ...KUBERNETES,
  ...ACTIVITIES,
  ...STORIES,
  ...CALLERS,
  ...RUNS,
  ...FENCE,
  ...DNS,
  ...REACH,
  ...DOMAINS,
];
