// The owner of a record set as keys and texts, for whatever a provider keeps beside it. Pure.
import type { RecordOwner } from '../../spec/record-set.ts';
import { dnsFailure } from './failure.ts';

const KEYS = {
  installation: 'naas-installation',
  namespace: 'naas-namespace',
  incarnation: 'naas-incarnation',
  requestId: 'naas-request',
  planDigest: 'naas-plan',
} as const satisfies Record<keyof RecordOwner, string>;

/** Printable ASCII without spaces: a text with one could pretend to be a further mark. */
const TEXT = /^[!-~]+$/;

export function ownerMarks(owner: RecordOwner): Record<string, string> {
  const entries = (Object.keys(KEYS) as (keyof RecordOwner)[]).map((field) => {
    const value = owner[field];
    if (!TEXT.test(value)) {
      const what = `the owner's ${field} ${JSON.stringify(value)} cannot be kept beside a record`;
      throw dnsFailure('Invalid', what, 'It has to be ASCII without spaces.');
    }
    return [KEYS[field], value];
  });
  return Object.fromEntries(entries);
}

/** Half a mark is none: whoever wrote it, it was not naas. */
export function ownerOf(marks: Readonly<Record<string, string>> | undefined): RecordOwner | undefined {
  const installation = marks?.[KEYS.installation];
  const namespace = marks?.[KEYS.namespace];
  const incarnation = marks?.[KEYS.incarnation];
  const requestId = marks?.[KEYS.requestId];
  const planDigest = marks?.[KEYS.planDigest];
  if (installation === undefined || namespace === undefined || incarnation === undefined) return undefined;
  if (requestId === undefined || planDigest === undefined) return undefined;
  return { installation, namespace, incarnation, requestId, planDigest };
}
