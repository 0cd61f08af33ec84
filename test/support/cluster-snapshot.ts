// The independent reader's notes: every object of the whole cluster, as the API server said it, and what differs between two
// moments. Reads only.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ANNOTATION } from '../../src/spec/names.ts';
import { type ClusterObject, readCluster } from './whole-cluster.ts';

const run = promisify(execFile);

export interface Kubectl {
  /** The control plane binary, or a kubectl. */
  binary: string;
  /** Words before kubectl's own arguments: the embedded binary picks its program by the first. */
  first: string[];
  kubeconfig: string;
}

/** Canonical JSON by `resource.group/namespace/name`, resourceVersion and managedFields included: equal means untouched. */
export type Snapshot = Map<string, string>;

/** What kubectl lists may be large; Node's default of 1 MiB would cut it. */
const OUTPUT_BYTES = 512 * 1024 * 1024;

export async function kubectl(kube: Kubectl, ...words: string[]): Promise<string> {
  const { stdout } = await run(kube.binary, [...kube.first, '--kubeconfig', kube.kubeconfig, ...words], {
    maxBuffer: OUTPUT_BYTES,
  });
  return stdout;
}

/** A label of what an earlier file of tests left living; it goes as it may, and is nobody's business. */
export const LEFT_OVER = 'left-over.test';

export async function snapshot({ kubeconfig }: Kubectl): Promise<Snapshot> {
  return snapshotOf(await readCluster(kubeconfig));
}

function snapshotOf(items: readonly ClusterObject[]): Snapshot {
  const leftOver = new Set(items.filter(isLeftOver).map(({ metadata }) => metadata.name));
  const ours = items.filter((item) => !leftOver.has(item.metadata.namespace ?? '') && !isLeftOver(item));
  return new Map(ours.map((item) => [keyOf(item), canonical(item)]));
}

function isLeftOver({ kind, metadata }: ClusterObject): boolean {
  return kind === 'Namespace' && metadata.labels?.[LEFT_OVER] !== undefined;
}

function keyOf(item: ClusterObject): string {
  return `${item.kind}.${item.apiVersion} ${item.metadata.namespace ?? ''}/${item.metadata.name}`;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

const COMES_AND_GOES = new Set(['NetworkPolicy', 'RoleBinding', 'HTTPRoute', 'ListenerSet', 'Certificate']);
/** Their controllers say when they last looked. */
const ROUTED = new Set(['HTTPRoute', 'ListenerSet', 'Certificate', 'Gateway']);

/** Every object without what the server counts and keeps about it: equal means that it says the same. */
export function contentOf(taken: Snapshot): Snapshot {
  return new Map(
    [...taken].map(([key, text]) => {
      const object = JSON.parse(text);
      // A change may remove kinds that come and go; put back, such an object is a new one that says the same.
      const born = COMES_AND_GOES.has(object.kind) ? ['uid', 'creationTimestamp'] : [];
      for (const field of ['managedFields', 'resourceVersion', 'generation', ...born]) delete object.metadata[field];
      if (born.length > 0) forgetBirth(object.metadata);
      // Counted when the controller gets to it, for objects that nobody wrote since.
      if (object.kind === 'ResourceQuota') delete object.status?.used;
      if (ROUTED.has(object.kind)) delete object.status;
      return [key, canonical(object)];
    }),
  );
}

/** Until when its creation counted belongs to an object's birth, as its UID does. */
function forgetBirth(metadata: { annotations?: Record<string, string> }): void {
  delete metadata.annotations?.[ANNOTATION.claimBefore];
  if (Object.keys(metadata.annotations ?? {}).length === 0) delete metadata.annotations;
}

/** The objects that are there at both moments, and are others by now: `kind namespace/name`. */
export function rebornSince(before: Snapshot, after: Snapshot): string[] {
  const uidOf = (text: string): string => JSON.parse(text).metadata.uid;
  return [...before].flatMap(([key, text]) => {
    const now = after.get(key);
    return now === undefined || uidOf(now) === uidOf(text) ? [] : [key];
  });
}

/** One line for each object that was added, removed or changed; empty when the two are the same, byte for byte. */
export function diff(before: Snapshot, after: Snapshot): string[] {
  const lines: string[] = [];
  for (const [key, value] of after) {
    const old = before.get(key);
    if (old === undefined) lines.push(`added ${key}`);
    else if (old !== value) lines.push(`changed ${key}: ${firstDifference(old, value)}`);
  }
  for (const key of before.keys()) if (!after.has(key)) lines.push(`removed ${key}`);
  return lines.sort();
}

const OF_ONE_LIFE =
  /"(adopt\.naas\.dev\/allow|naas\.dev\/(incarnation|request|claim-before|spec|plan-digest)|uid|creationTimestamp|kubernetes\.io\/metadata\.name)":"[^"]*"/g;

/** What one namespace says, without its name and what belongs to one life: two that were asked for alike are equal. */
export function generalContent(content: Snapshot, namespace: string): Snapshot {
  return new Map(
    keysOf(content, namespace).map((key) => [
      key.replaceAll(namespace, '*'),
      (content.get(key) ?? '').replaceAll(namespace, '*').replaceAll(OF_ONE_LIFE, '"$1":""'),
    ]),
  );
}

interface FieldsOfManager {
  manager: string;
  operation: string;
  subresource?: string;
  fieldsV1: unknown;
}

/** Who holds which fields of every object of these namespaces; what the API server itself keeps about it is left out. */
export function managersOf(taken: Snapshot, namespaces: readonly string[]): Snapshot {
  const keys = namespaces.flatMap((namespace) => keysOf(taken, namespace));
  return new Map(
    keys.map((key) => {
      const fields: FieldsOfManager[] = JSON.parse(taken.get(key) ?? '').metadata.managedFields ?? [];
      const held = fields
        // Controllers count and mark as they see fit.
        .filter(({ manager, subresource }) => subresource === undefined && manager !== 'kube-controller-manager')
        .map(({ manager, operation, fieldsV1 }) => canonical({ manager, operation, fieldsV1 }));
      return [key, held.sort().join('\n')];
    }),
  );
}

/** Objects of one namespace, its Namespace included. */
export function keysOf(taken: Snapshot, namespace: string): string[] {
  return [...taken.keys()].filter((key) => key.includes(` ${namespace}/`) || key === `Namespace.v1 /${namespace}`);
}

function firstDifference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const from = Math.max(0, at - 40);
  return `…${a.slice(from, at + 60)}… became …${b.slice(from, at + 60)}…`;
}
