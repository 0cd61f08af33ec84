// Reads what the conditions of a Terminating Namespace say about the content that is left. Pure.
// The texts are the namespace controller's: "configmaps. has 1 resource instances, widgets.example.com has 3 resource
// instances" and "example.com/hold in 2 resource instances".
import type { DeletionReport } from './object.ts';

interface Condition {
  type: string;
  status: string;
  message: string;
}

/** Knows the kind of a resource when the caller can tell; without it the resource's own name has to do. */
export type KindOf = (resource: string, group: string) => { apiVersion: string; kind: string } | undefined;

const FAILURES = new Set([
  'NamespaceDeletionDiscoveryFailure',
  'NamespaceDeletionGroupVersionParsingFailure',
  'NamespaceDeletionContentFailure',
]);

export function parseDeletionReport(status: unknown, kindOf: KindOf): DeletionReport {
  const report: DeletionReport = { remaining: [], finalizers: [], failures: [] };
  for (const condition of conditions(status)) {
    if (condition.status !== 'True') continue;
    if (condition.type === 'NamespaceContentRemaining') report.remaining.push(...remaining(condition.message, kindOf));
    if (condition.type === 'NamespaceFinalizersRemaining') report.finalizers.push(...finalizers(condition.message));
    if (FAILURES.has(condition.type)) report.failures.push(condition.message);
  }
  return report;
}

function remaining(message: string, kindOf: KindOf): DeletionReport['remaining'] {
  return [...message.matchAll(/([a-z0-9-]+)\.(\S*) has (\d+) resource instances/g)].map((match) => {
    const [, resource = '', group = '', count = '0'] = match;
    const known = kindOf(resource, group);
    return {
      kind: known?.kind ?? resource,
      ...(known === undefined ? {} : { apiVersion: known.apiVersion }),
      count: Number(count),
      resource: group === '' ? resource : `${resource}.${group}`,
    };
  });
}

function finalizers(message: string): DeletionReport['finalizers'] {
  return [...message.matchAll(/(\S+) in (\d+) resource instances/g)].map((match) => ({
    finalizer: match[1] ?? '',
    count: Number(match[2]),
  }));
}

function conditions(status: unknown): Condition[] {
  const list = (status as { conditions?: unknown } | undefined)?.conditions;
  if (!Array.isArray(list)) return [];
  return list.map((entry: Partial<Condition>) => ({
    type: entry.type ?? '',
    status: entry.status ?? '',
    message: entry.message ?? '',
  }));
}
