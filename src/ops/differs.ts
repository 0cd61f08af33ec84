// Which fields of a wanted object a live one does not have as wanted. Pure. Fields that the API server adds do not count.
import type { KubernetesObject } from '../plan/plan.ts';

export function differsFrom(wanted: KubernetesObject, live: KubernetesObject): string[] {
  return paths(wanted, live, '');
}

function paths(wanted: unknown, live: unknown, path: string): string[] {
  if (Array.isArray(wanted)) {
    // A list is ours as a whole: one entry more is a right more.
    if (!Array.isArray(live) || live.length !== wanted.length) return [path];
    return wanted.flatMap((entry, index) => paths(entry, live[index], `${path}[${index}]`));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof live !== 'object' || live === null) return [path];
    return Object.entries(wanted).flatMap(([key, value]) =>
      paths(value, (live as Record<string, unknown>)[key], path === '' ? key : `${path}.${key}`),
    );
  }
  return wanted === live ? [] : [path];
}
