// Everything in a cluster, read by an independent reader (kubectl, every kind that it lists), and how two readings differ.
// It knows nothing of naas.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A small cluster's objects are some megabytes; this is far above that. */
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

/** Clocks and diaries of the API server itself: they change whether or not anybody does anything. */
const RESTLESS = new Set(['events', 'events.events.k8s.io', 'leases.coordination.k8s.io', 'componentstatuses']);

export interface Snapshot {
  kinds: number;
  /** Digest of what the object says, by kind, namespace and name. */
  objects: Map<string, string>;
  /** The data of ConfigMaps that the reader wants to judge by what they say. */
  apart: Map<string, Record<string, string>>;
}

export interface Difference {
  added: string[];
  removed: string[];
  changed: string[];
}

export async function takeSnapshot(
  reader: { kubectl: string; kubeconfig: string },
  signal?: AbortSignal,
  isApart: (key: string) => boolean = () => false,
): Promise<Snapshot> {
  const kubectl = async (...args: string[]): Promise<string> => {
    // Its discovery cache belongs beside the kubeconfig of a platform that goes away, not into the home of a person.
    const env = { ...process.env, KUBECACHEDIR: `${reader.kubeconfig}.cache` };
    const options = { env, maxBuffer: MAX_OUTPUT_BYTES, ...(signal === undefined ? {} : { signal }) };
    return (await run(reader.kubectl, ['--kubeconfig', reader.kubeconfig, ...args], options)).stdout;
  };
  const listed = (await kubectl('api-resources', '--verbs=list', '--output=name')).split('\n');
  const kinds = listed.filter((kind) => kind !== '' && !RESTLESS.has(kind));
  const answer = await kubectl('get', kinds.join(','), '--all-namespaces', '--ignore-not-found', '--output=json');
  const items = answer.trim() === '' ? [] : (JSON.parse(answer) as { items: LiveObject[] }).items;
  const [apart, compared] = [
    items.filter((item) => isApart(keyOf(item))),
    items.filter((item) => !isApart(keyOf(item))),
  ];
  return {
    kinds: kinds.length,
    objects: new Map(compared.map((item) => [keyOf(item), digestOf(item)])),
    apart: new Map(apart.map((item) => [keyOf(item), item.data ?? {}])),
  };
}

interface LiveObject {
  apiVersion: string;
  kind: string;
  metadata: Record<string, unknown> & { name: string; namespace?: string };
  status?: unknown;
  data?: Record<string, string>;
}

function keyOf(object: LiveObject): string {
  const group = object.apiVersion.includes('/') ? `.${object.apiVersion.split('/')[0]}` : '';
  const { namespace, name } = object.metadata;
  return `${object.kind}${group} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** Status is the controllers' word about the object, and the three fields below count writes: neither is content. */
function digestOf(object: LiveObject): string {
  const { resourceVersion: _version, managedFields: _fields, generation: _generation, ...metadata } = object.metadata;
  const { status: _status, ...content } = object;
  return createHash('sha256')
    .update(JSON.stringify({ ...content, metadata }))
    .digest('hex');
}

export function difference(before: Snapshot, after: Snapshot): Difference {
  const added = [...after.objects.keys()].filter((key) => !before.objects.has(key));
  const removed = [...before.objects.keys()].filter((key) => !after.objects.has(key));
  const changed = [...after.objects].filter(
    ([key, digest]) => before.objects.has(key) && before.objects.get(key) !== digest,
  );
  return { added, removed, changed: changed.map(([key]) => key) };
}

/** Keys of objects that are in the namespace, or are it. */
export function belongingTo(snapshot: Snapshot, namespace: string): string[] {
  return [...snapshot.objects.keys()].filter(
    (key) => key.includes(` ${namespace}/`) || key === `Namespace ${namespace}`,
  );
}
