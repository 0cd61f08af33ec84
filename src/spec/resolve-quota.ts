// The tier's quota with the request's overrides, each held against the tier's bounds, with the numbers in the answer.
import type { Tier } from './catalog.ts';
import { NaasError, type Problem } from './errors.ts';
import { fieldText } from './field-path.ts';
import { lookup } from './lookup.ts';
import { canonicalAmount, compareQuantities, parseQuantity } from './quantities.ts';
import type { NamespaceRequest } from './request.ts';
import { notAmong } from './resolve-problems.ts';

export function resolveQuota(
  request: NamespaceRequest,
  tier: Tier | undefined,
  problems: Problem[],
): Record<string, string> {
  const quota = { ...tier?.quota };
  for (const [key, asked] of Object.entries(request.quota ?? {})) {
    const field = fieldText(['quota', key]);
    const value = String(asked);
    const canonical = readable(value, field, problems);
    if (tier === undefined || canonical === undefined) continue;
    // What the tier gives anyway is no change, so that a written-out request resolves to the same.
    if (lookup(tier.quota, key) === canonical) continue;
    const bounds = lookup(tier.quotaOverrides, key);
    if (bounds === undefined) {
      problems.push(
        notAmong(
          field,
          `quota of tier ${request.tier} that a request may change`,
          key,
          Object.keys(tier.quotaOverrides),
        ),
      );
    } else if (isOutside(canonical, bounds)) {
      const range = `${bounds.minimum} to ${bounds.maximum}`;
      problems.push({
        code: 'InvalidRequest',
        message: `${field}: ${value} is outside what tier ${request.tier} allows: ${range} (default ${tier.quota[key]})`,
        field,
        value,
        allowed: [range],
      });
    } else quota[key] = canonical;
  }
  return quota;
}

function readable(value: string, field: string, problems: Problem[]): string | undefined {
  try {
    return canonicalAmount(value);
  } catch (error) {
    if (!(error instanceof NaasError)) throw error;
    problems.push({ code: 'InvalidRequest', message: `${field}: ${error.message}`, field, value });
    return undefined;
  }
}

function isOutside(value: string, { minimum, maximum }: { minimum: string; maximum: string }): boolean {
  const asked = parseQuantity(value);
  return compareQuantities(asked, parseQuantity(minimum)) < 0 || compareQuantities(asked, parseQuantity(maximum)) > 0;
}
