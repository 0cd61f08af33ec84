// Whether a namespace has exactly the objects that were planned, as they should be, and whether each was made once. Reads a
// snapshot and a log.
import { LABEL } from '../../src/spec/names.ts';
import { keysOf, type Snapshot } from './cluster-snapshot.ts';
import type { LoggedCall } from './fault-proxy.ts';

/** The keys of one tenant's objects, with `*` for its name. */
export function objectsOf(taken: Snapshot, tenant: string): string[] {
  return keysOf(taken, tenant)
    .map((key) => key.replaceAll(tenant, '*'))
    .sort();
}

/** What they say: without what belongs to one life and what the server keeps. Two that ask for the same say the same. */
export function wordsOf(taken: Snapshot, tenant: string): string[] {
  return keysOf(taken, tenant)
    .map((key) => {
      const { status: _status, ...object } = JSON.parse(taken.get(key) ?? '');
      const { name, namespace, labels } = object.metadata;
      delete labels?.[LABEL.incarnation];
      return JSON.stringify({ ...object, metadata: { name, namespace, labels } }).replaceAll(tenant, '*');
    })
    .sort();
}

/** Objects that the API server said it had made more than once. */
export function madeTwice(calls: readonly LoggedCall[]): string[] {
  const made = calls.filter(({ status }) => status === 201).map((call) => `${call.resource}/${call.name}`);
  return [...new Set(made.filter((each, index) => made.indexOf(each) !== index))];
}
