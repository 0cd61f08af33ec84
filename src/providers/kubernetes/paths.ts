// Where an object lives in the API. Pure. Names keep their case: a path that lower-cases reads another object's state.
import { NaasError } from '../../spec/errors.ts';

/** A kind as the API server's discovery describes it. */
export interface ApiResource {
  apiVersion: string;
  kind: string;
  /** The plural in the path, such as `networkpolicies`. */
  resource: string;
  namespaced: boolean;
}

export function groupVersionPath(apiVersion: string): string {
  const parts = apiVersion.split('/').map((part) => segment(part, `apiVersion ${apiVersion}`));
  return parts.length === 1 ? `/api/${parts[0]}` : `/apis/${parts.join('/')}`;
}

export function collectionPath(resource: ApiResource, namespace: string | undefined): string {
  const base = groupVersionPath(resource.apiVersion);
  if (!resource.namespaced) return `${base}/${resource.resource}`;
  return `${base}/namespaces/${segment(namespace ?? '', `the namespace of a ${resource.kind}`)}/${resource.resource}`;
}

export function objectPath(resource: ApiResource, namespace: string | undefined, name: string): string {
  return `${collectionPath(resource, namespace)}/${segment(name, `the name of a ${resource.kind}`)}`;
}

/** An empty segment would address the whole collection, and dots would climb: both are refused before anything is sent. */
function segment(value: string, what: string): string {
  if (value === '' || value === '.' || value === '..') {
    throw new NaasError({
      code: 'Invalid',
      message: `${what} is "${value}", which addresses no object; give it a name`,
    });
  }
  return encodeURIComponent(value);
}
