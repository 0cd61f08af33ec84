// The shape of an object on the wire, as the interface of the activities names it. Types only.
import type { Cluster } from '../../activities/cluster.ts';

export type { CallOptions, Cluster, DeletionReport } from '../../activities/cluster.ts';
export type KubernetesObject = Parameters<Cluster['create']>[0];

/** A JSON object of unknown content, as an API server answers it. */
export type Json = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
