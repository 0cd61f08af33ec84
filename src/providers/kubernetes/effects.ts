// The effect boundary: every write on a cluster passes through `write`, which yields the record of what it did. Nothing
// else in this folder sends a request that changes an object.
import type { ObjectEffect, ObjectRef } from '../../spec/inventory.ts';
import { deadlinePassed } from '../deadline.ts';
import { type Attempt, failureOf, isStatus } from './failures.ts';
import { type CallOptions, isJson, type KubernetesObject } from './object.ts';
import type { HttpCall, Transport } from './transport.ts';
import type { WriteRate } from './write-rate.ts';

export interface Write {
  verb: ObjectEffect['verb'];
  ref: ObjectRef;
  call: HttpCall;
  /** The manager in whose name an apply is made; its entry in managedFields tells when we changed something last. */
  fieldManager: string;
}

export interface Effects {
  write(write: Write, options: CallOptions): Promise<ObjectEffect>;
  /** The same request with `dryRun`: goes through the same rate, changes nothing. */
  rehearse(write: Write, options: CallOptions): Promise<KubernetesObject>;
  /** A version that a read showed, so that the next write can tell what it changed. */
  saw(object: KubernetesObject): void;
}

/** Versions of so many objects are remembered; it only makes records richer, so old ones may fall out. */
const REMEMBERED = 5000;

export function createEffects(transport: Transport, rate: WriteRate): Effects {
  const versions = new Map<string, string>();
  const remember = (uid: string | undefined, version: string | undefined): void => {
    if (uid === undefined || version === undefined) return;
    versions.delete(uid);
    versions.set(uid, version);
    const oldest = versions.keys().next();
    if (versions.size > REMEMBERED && !oldest.done) versions.delete(oldest.value);
  };

  const send = async (write: Write, options: CallOptions) => {
    await rate.take(options, () => deadlinePassed({ what: `${write.call.what} at ${transport.server}` }, false));
    return transport.send(write.call, options);
  };
  const attempt = (write: Write): Attempt => ({
    what: write.call.what,
    verb: write.verb,
    namespace: write.ref.namespace,
    serverNowMs: transport.serverNowMs(),
    clean: transport.clean,
  });

  return {
    saw: (object) => remember(object.metadata.uid, object.metadata.resourceVersion),
    async write(write, options) {
      const startedMs = transport.serverNowMs();
      const answer = await send(write, options);
      const { verb, ref } = write;
      if (verb === 'delete') {
        if (answer.status === 404 && isStatus(answer)) return { verb, ref, outcome: 'absent' };
        if (answer.status === 409 && isOtherUid(answer.body)) return { verb, ref, outcome: 'skipped' };
        if (answer.status >= 300) throw failureOf(answer, attempt(write));
        const uid = uidOf(answer.body);
        return { verb, ref, outcome: 'deleted', ...(uid === undefined ? {} : { uid }) };
      }
      if (answer.status >= 300 || !isObject(answer.body)) throw failureOf(answer, attempt(write));
      const { uid, resourceVersion: after } = answer.body.metadata;
      const before = uid === undefined ? undefined : versions.get(uid);
      remember(uid, after);
      const outcome = outcomeOf(answer.status, answer.body, {
        before,
        after,
        startedMs,
        fieldManager: write.fieldManager,
      });
      return {
        verb,
        ref,
        outcome,
        ...(uid === undefined ? {} : { uid }),
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
      };
    },
    async rehearse(write, options) {
      const call = { ...write.call, query: { ...write.call.query, dryRun: 'All' } };
      const answer = await send({ ...write, call }, options);
      if (answer.status >= 300 || !isObject(answer.body)) throw failureOf(answer, attempt(write));
      return answer.body;
    },
  };
}

interface Versions {
  before: string | undefined;
  after: string | undefined;
  startedMs: number;
  fieldManager: string;
}

function outcomeOf(status: number, object: KubernetesObject, versions: Versions): ObjectEffect['outcome'] {
  if (status === 201) return 'created';
  if (versions.before !== undefined && versions.before === versions.after) return 'unchanged';
  // An apply that changes nothing leaves the time of our entry alone. That time is cut to the second, and our idea of the
  // server's clock may be a second off: within that we call it a change.
  const changedMs = ourTimeMs(object, versions.fieldManager);
  return changedMs !== undefined && changedMs < versions.startedMs - 2000 ? 'unchanged' : 'changed';
}

function ourTimeMs(object: KubernetesObject, fieldManager: string): number | undefined {
  const entries = object.metadata['managedFields'];
  if (!Array.isArray(entries)) return undefined;
  const ours = entries.find((entry) => entry.manager === fieldManager && entry.operation === 'Apply');
  const ms = Date.parse(ours?.time);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Two storage paths, two wordings of the same. */
function isOtherUid(body: unknown): boolean {
  return isJson(body) && /UID in (the )?precondition/.test(String(body['message']));
}

/** A finished deletion is answered by a Status whose details name the object, a begun one by the object itself. */
function uidOf(body: unknown): string | undefined {
  if (!isJson(body)) return undefined;
  const holder = body['kind'] === 'Status' ? body['details'] : body['metadata'];
  const uid = isJson(holder) ? holder['uid'] : undefined;
  return typeof uid === 'string' ? uid : undefined;
}

export function isObject(body: unknown): body is KubernetesObject {
  return isJson(body) && isJson(body['metadata']) && typeof body['kind'] === 'string';
}
