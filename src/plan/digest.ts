// The two digests that a decision binds: what would exist, and what would change. Both over canonical JSON, so that no
// order of keys can alter them.
import type { Change } from '../spec/admission.ts';
import { canonicalJson, sha256Hex } from '../spec/canonical.ts';
import { refKey } from '../spec/inventory.ts';
import { byText } from '../spec/resolve-problems.ts';
import type { Plan } from './plan.ts';

export function planDigest({ specVersion, resources, reach, estimate }: Plan): string {
  return sha256Hex(canonicalJson({ specVersion, resources, ...(reach === undefined ? {} : { reach }), estimate }));
}

/** Changes are a set: the order in which live objects were read does not count. */
export function changeDigest(changes: readonly Change[]): string {
  const ordered = changes.map(({ verb, ref, fields }) => ({ verb, ref, fields: [...fields].sort(byText) }));
  return sha256Hex(canonicalJson(ordered.sort((left, right) => byText(refKey(left.ref), refKey(right.ref)))));
}
