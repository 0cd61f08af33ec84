// The listeners of a Gateway and of the ListenerSets on it as one list, and which of them are in each other's way. Pure.
import type { LiveObject } from '../../spec/gateway-objects.ts';
import { type From, GATEWAY_GROUP, letsIn, placeOf, type World } from './objects.ts';

export interface ListenerSpec {
  name: string;
  hostname?: string;
  port: number;
  protocol: string;
  tls?: { mode?: string; certificateRefs?: { group?: string; kind?: string; name: string; namespace?: string }[] };
  allowedRoutes?: { namespaces?: From; kinds?: { group?: string; kind: string }[] };
}

export interface Listener {
  /** The Gateway or ListenerSet that it stands in. */
  owner: LiveObject;
  spec: ListenerSpec;
  conflict?: 'HostnameConflict' | 'ProtocolConflict';
}

export function listenersOf(owner: LiveObject): ListenerSpec[] {
  return ((owner['spec'] as { listeners?: ListenerSpec[] } | undefined)?.listeners ?? []) as ListenerSpec[];
}

/** `namespace/name` of the Gateway that a ListenerSet hangs on; undefined when it is no Gateway. */
export function gatewayOf(listenerSet: LiveObject): string | undefined {
  const { parentRef } = listenerSet['spec'] as {
    parentRef: { group?: string; kind?: string; namespace?: string; name: string };
  };
  const { group = GATEWAY_GROUP, kind = 'Gateway', namespace = listenerSet.metadata.namespace, name } = parentRef;
  return group === GATEWAY_GROUP && kind === 'Gateway' ? `${namespace}/${name}` : undefined;
}

export function mayAttach(world: World, gateway: LiveObject, listenerSet: LiveObject): boolean {
  const { allowedListeners } = gateway['spec'] as { allowedListeners?: { namespaces?: From } };
  const { namespace: owner = '' } = gateway.metadata;
  return letsIn(world, allowedListeners?.namespaces ?? { from: 'None' }, owner, listenerSet.metadata.namespace ?? '');
}

/** The Gateway's own first, then set by set, oldest first. Whoever comes first keeps a port and hostname. */
export function mergedListeners(gateway: LiveObject, sets: readonly LiveObject[]): Listener[] {
  const taken: ListenerSpec[] = [];
  return [gateway, ...[...sets].sort(byAge)].flatMap((owner) =>
    listenersOf(owner).map((spec): Listener => {
      const first = taken.find((other) => collide(spec, other));
      if (first === undefined) {
        taken.push(spec);
        return { owner, spec };
      }
      return { owner, spec, conflict: spec.protocol === first.protocol ? 'HostnameConflict' : 'ProtocolConflict' };
    }),
  );
}

/** Hostnames tell apart what shares a port, whether or not it is behind TLS: so it is with Istio, which tests compare with. */
function collide(left: ListenerSpec, right: ListenerSpec): boolean {
  if (left.port !== right.port) return false;
  return hasNames(left) && hasNames(right) ? left.hostname === right.hostname : true;
}

const hasNames = ({ protocol }: ListenerSpec): boolean => ['HTTP', 'HTTPS', 'TLS'].includes(protocol);

function byAge(left: LiveObject, right: LiveObject): number {
  const key = (object: LiveObject) => `${String(object.metadata['creationTimestamp'])} ${placeOf(object)}`;
  return key(left) < key(right) ? -1 : 1;
}
