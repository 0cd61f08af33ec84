// Which section of docs/operations.md helps whom: the anchors that statuses, the Temporal UI and the CLI point to. Pure; a test
// holds each of them against the page.
import { isKubernetesOwn } from './finalizers.ts';
import type { Blocked } from './status.ts';

export const SECTIONS = [
  'blocked-api',
  'blocked-away',
  'blocked-finalizer',
  'blocked-forbidden',
  'blocked-overdue',
  'blocked-refused',
  'orphans',
  'pause-and-resume',
] as const;
export type Section = (typeof SECTIONS)[number];

export function runbook(section: Section): string {
  return `docs/operations.md#${section}`;
}

/** By the first problem, which is the gravest; several of one attempt have mostly one cause. */
export function blockedSection({ problems, blockers }: Pick<Blocked, 'problems' | 'blockers'>): Section {
  switch (problems[0]?.code) {
    case 'Blocked':
      return keptSection(blockers);
    case 'Forbidden':
      return 'blocked-forbidden';
    case 'Unavailable':
    case 'Throttled':
    case 'DeadlinePassed':
    case 'NotReadyYet':
    case 'Outdated':
      return 'blocked-away';
    default:
      return 'blocked-refused';
  }
}

function keptSection(blockers: Blocked['blockers']): Section {
  // What the API server says of its own failures comes without a count; before it works nothing else can be seen.
  if (blockers.some(({ count }) => count === undefined)) return 'blocked-api';
  const foreign = blockers.flatMap(({ finalizers = [] }) => finalizers).some((each) => !isKubernetesOwn(each));
  return foreign ? 'blocked-finalizer' : 'blocked-overdue';
}
