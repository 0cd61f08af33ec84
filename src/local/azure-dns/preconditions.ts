// Whether a write may go on, by its If-Match and If-None-Match headers. Pure.
import { type ArmError, existsAlready, wasModified } from './arm-errors.ts';

export interface Conditions {
  ifMatch: string | undefined;
  ifNoneMatch: string | undefined;
}

/** ETags of this service stand bare, without the quotes of RFC 9110. */
export function refusal(
  conditions: Conditions,
  subject: { kind: 'Record set' | 'Zone'; name: string },
  currentEtag: string | undefined,
): ArmError | undefined {
  const { ifMatch, ifNoneMatch } = conditions;
  // Any value but `*` is ignored, as the service documents.
  if (ifNoneMatch === '*' && currentEtag !== undefined) return existsAlready(subject.kind, subject.name);
  if (ifMatch === undefined) return undefined;
  if (currentEtag === undefined) return wasModified(subject.kind, subject.name);
  return ifMatch === '*' || ifMatch === currentEtag ? undefined : wasModified(subject.kind, subject.name);
}
