// Judges the calls of one life with lost replies by the proxy's log: was Retry-After waited out, and was more asked than the
// faults force? Pure.
import { describeSite, siteOf } from './call-sites.ts';
import type { LoggedCall } from './fault-proxy.ts';
import { type Life, placeOf } from './lost-replies-matrix.ts';

/**
 * Until the time is over that a refusal asked for, its activity begins no other attempt. What is still on its way of the
 * same attempt may arrive: so many attempts were begun as strikes were met, and each makes a call once.
 */
export function tooEarly(calls: readonly LoggedCall[]): string[] {
  const violations: string[] = [];
  const begun = new Map<string, number>();
  const waitUntilMs = new Map<string, number>();
  const made = new Map<string, number>();
  for (const call of calls) {
    const { activity, at } = call;
    const site = describeSite(siteOf(call));
    const count = (made.get(site) ?? 0) + 1;
    made.set(site, count);
    const missingMs = (waitUntilMs.get(activity) ?? 0) - at;
    if (missingMs > 0 && count > (begun.get(activity) ?? 0))
      violations.push(`${site} was called again ${missingMs} ms before Retry-After was over`);
    if (call.fault === undefined) continue;
    begun.set(activity, (begun.get(activity) ?? 0) + 1);
    if (call.retryAfterSeconds !== undefined) waitUntilMs.set(activity, at + call.retryAfterSeconds * 1000);
  }
  return violations;
}

export interface Effort {
  /** Each site that was called once, and once more for each strike on its own activity, as far as it was made use of. */
  forced: number;
  extra: number;
  /** The sites that were called more often than that. */
  sites: string[];
}

/**
 * What a fault forces: the activity that it strikes is tried again, and an attempt makes all its calls. Whatever is asked
 * more often than once and once more for each strike is extra. Looks that wait for the cluster (quota status, the end of a
 * namespace) count once: their number tells how slow the cluster was.
 */
export function effortOf(calls: readonly LoggedCall[], life: Life): Effort {
  const strikes = new Map<string, number>();
  const made = new Map<string, { count: number; attempt: string; site: string }>();
  for (const call of calls) {
    const attempt = attemptOf(call);
    if (call.fault !== undefined) strikes.set(attempt, (strikes.get(attempt) ?? 0) + 1);
    if (isLook(call, life) && call.fault === undefined) continue;
    const site = describeSite(siteOf(call));
    const entry = made.get(site) ?? { count: 0, attempt, site };
    entry.count += 1;
    made.set(site, entry);
  }
  // Without the kinds no activity comes to its end, whichever asked for them.
  const unknownKinds = calls.filter((call) => call.fault !== undefined && siteOf(call).path !== undefined).length;
  const effort: Effort = { forced: 0, extra: 0, sites: [] };
  for (const { count, attempt, site } of made.values()) {
    const allowed = 1 + (strikes.get(attempt) ?? 0) + unknownKinds;
    effort.forced += Math.min(count, allowed);
    if (count <= allowed) continue;
    effort.extra += count - allowed;
    effort.sites.push(`${site} ×${count}, forced ${allowed}`);
  }
  return effort;
}

/**
 * Revoking and deleting are one loop: while the one fails, the other is done again. What kinds there are is asked for by
 * whoever needs them, until it is known.
 */
function attemptOf(call: LoggedCall): string {
  const site = siteOf(call);
  if (site.path !== undefined) return describeSite(site);
  return placeOf(site).part === 'removal' ? 'removal' : site.activity;
}

function isLook(call: LoggedCall, life: Life): boolean {
  if (siteOf(call).path !== undefined) return false;
  if (call.verb === 'read' && (call.activity === 'ensureGuardrails' || call.activity === 'deleteNamespace'))
    return true;
  // A namespace that somebody's finalizer keeps is asked about until it is gone.
  return life === 'held' && placeOf(siteOf(call)).part === 'removal';
}
