// What the stand-in controllers read of the cluster, and the answers that every one of them needs of it. Pure.
import type { LiveObject } from '../../spec/gateway-objects.ts';

/** In the log, in every status that they write, and in the class that is theirs. */
export const CONTROLLER_NAME = 'naas.dev/stand-in';
export const GATEWAY_GROUP = 'gateway.networking.k8s.io';

export interface WatchedKind {
  apiVersion: string;
  kind: string;
  resource: string;
  /** Whether its status is written, or it is only read. */
  status: boolean;
}

const gatewayApi = { apiVersion: `${GATEWAY_GROUP}/v1`, status: true } as const;
const core = { apiVersion: 'v1', status: false } as const;

export const WATCHED: readonly WatchedKind[] = [
  { ...gatewayApi, kind: 'GatewayClass', resource: 'gatewayclasses' },
  { ...gatewayApi, kind: 'Gateway', resource: 'gateways' },
  { ...gatewayApi, kind: 'ListenerSet', resource: 'listenersets' },
  { ...gatewayApi, kind: 'HTTPRoute', resource: 'httproutes' },
  { ...gatewayApi, kind: 'GRPCRoute', resource: 'grpcroutes' },
  { ...gatewayApi, kind: 'TLSRoute', resource: 'tlsroutes' },
  { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', resource: 'certificates', status: true },
  { ...core, kind: 'Namespace', resource: 'namespaces' },
  { ...core, kind: 'Service', resource: 'services' },
];

export const ROUTE_KINDS: readonly string[] = ['HTTPRoute', 'GRPCRoute', 'TLSRoute'];

/** By kind, then by `namespace/name`, or by name where there is no namespace. */
export type World = ReadonlyMap<string, ReadonlyMap<string, LiveObject>>;

export function placeOf({ metadata: { namespace, name } }: LiveObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

export function find(world: World, kind: string, place: string): LiveObject | undefined {
  return world.get(kind)?.get(place);
}

export function all(world: World, kind: string): LiveObject[] {
  return [...(world.get(kind)?.values() ?? [])];
}

export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** Of allowedListeners and allowedRoutes: which namespaces may attach. */
export interface From {
  from?: string;
  selector?: LabelSelector;
}

export function letsIn(world: World, { from, selector }: From, owner: string, namespace: string): boolean {
  switch (from) {
    case 'All':
      return true;
    case 'Same':
      return namespace === owner;
    case 'Selector': {
      const labels = find(world, 'Namespace', namespace)?.metadata['labels'] as Record<string, string> | undefined;
      return labels !== undefined && selector !== undefined && selects(selector, labels);
    }
    default:
      return false;
  }
}

function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Record<string, string>): boolean {
  const matches = ({ key, operator, values = [] }: { key: string; operator: string; values?: string[] }): boolean => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  };
  const exact = Object.entries(matchLabels).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
  return [...exact, ...matchExpressions].every(matches);
}
