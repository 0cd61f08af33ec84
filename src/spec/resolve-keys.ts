// Labels and annotations of a request against the allow-list. naas's own keys are refused whatever the list says.
import type { Problem } from './errors.ts';
import { fieldText } from './field-path.ts';
import { OWNED_PREFIX } from './names.ts';

export function keyProblems(
  field: 'labels' | 'annotations',
  asked: Readonly<Record<string, string>>,
  allowed: readonly string[],
): Problem[] {
  return Object.keys(asked).flatMap((key): Problem[] => {
    const refuse = (why: string): Problem[] => [
      {
        code: 'InvalidRequest',
        message: `${field}: ${why}`,
        field: fieldText([field, key]),
        value: key,
        allowed: [...allowed],
      },
    ];
    if (isOwned(key)) return refuse(`"${key}" is naas's own; a request cannot set it`);
    if (allowed.some((pattern) => (pattern.endsWith('/') ? key.startsWith(pattern) : key === pattern))) return [];
    return refuse(`"${key}" is not on the allow-list: ${allowed.join(', ') || 'it is empty'}`);
  });
}

/** Also under subdomains, such as `adopt.naas.dev/`. */
function isOwned(key: string): boolean {
  const prefix = key.slice(0, key.indexOf('/') + 1);
  return prefix === OWNED_PREFIX || prefix.endsWith(`.${OWNED_PREFIX}`);
}
