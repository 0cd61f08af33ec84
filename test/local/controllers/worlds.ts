// A cluster in memory for the pure part of the stand-in controllers: objects in, and the statuses put onto them, as an API
// server would keep them. It decides nothing.

import { standInAccess } from '../../../src/local/controllers/access.ts';
import { createAddresses } from '../../../src/local/controllers/addresses.ts';
import type { World } from '../../../src/local/controllers/objects.ts';
import { placeOf, WATCHED } from '../../../src/local/controllers/objects.ts';
import { sharedGateway } from '../../../src/local/controllers/shared-gateway.ts';
import type { Desired } from '../../../src/local/controllers/status-of.ts';
import { desiredStatuses } from '../../../src/local/controllers/statuses.ts';
import type { Switches } from '../../../src/local/controllers/switches.ts';
import type { LiveObject } from '../../../src/spec/gateway-objects.ts';

export const ZONE = 'apps.example.com';

interface Planned {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
}

export interface MemoryCluster {
  world: World;
  put(...objects: Planned[]): void;
  remove(kind: string, place: string): void;
  get(kind: string, place: string): LiveObject | undefined;
  namespace(name: string, labels?: Record<string, string>): void;
  service(namespace: string, name: string): void;
  /** Until nothing changes any more; answers what was written, round by round. */
  settle(switches?: Switches): Desired[][];
}

/** With the shared Gateway and its class; every object is created a second after the one before. */
export function memoryCluster(): MemoryCluster {
  const world = new Map(WATCHED.map(({ kind }) => [kind, new Map<string, LiveObject>()]));
  const addresses = createAddresses();
  let created = 0;
  let round = 0;
  const cluster: MemoryCluster = {
    world,
    put(...objects) {
      for (const object of objects) {
        const of = world.get(object.kind);
        if (of === undefined) throw new Error(`nobody watches ${object.kind}`);
        const before = of.get(placeOf(object));
        created += 1;
        const asked = object.metadata['creationTimestamp'];
        const creationTimestamp =
          before?.metadata['creationTimestamp'] ?? asked ?? new Date(created * 1_000).toISOString();
        const generation = (before?.metadata.generation ?? 0) + 1;
        const uid = before?.metadata['uid'] ?? `uid-${created}`;
        const metadata = { ...object.metadata, creationTimestamp, generation, uid };
        of.set(placeOf(object), { ...object, metadata, status: before?.['status'] });
      }
    },
    remove: (kind, place) => void world.get(kind)?.delete(place),
    get: (kind, place) => world.get(kind)?.get(place),
    namespace: (name, labels = { 'naas.dev/incarnation': name }) =>
      cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }),
    service: (namespace, name) => cluster.put({ apiVersion: 'v1', kind: 'Service', metadata: { namespace, name } }),
    settle(switches = {}) {
      const rounds: Desired[][] = [];
      for (;;) {
        round += 1;
        const now = new Date(round * 1_000).toISOString();
        const desired = desiredStatuses({ world, switches, addresses, now });
        const written = desired.filter(({ object, status }) => {
          const standing = object['status'] as Record<string, unknown> | undefined;
          return Object.entries(status).some(
            ([field, value]) => JSON.stringify(standing?.[field]) !== JSON.stringify(value),
          );
        });
        if (written.length === 0) return rounds;
        if (rounds.length > 10) throw new Error('the stand-ins never come to rest');
        rounds.push(written);
        for (const { object, status } of written) {
          world
            .get(object.kind)
            ?.set(placeOf(object), { ...object, status: { ...(object['status'] as object), ...status } });
        }
      }
    },
  };
  cluster.put(...standInAccess().filter(({ kind }) => kind === 'GatewayClass'), ...sharedGateway(ZONE));
  return cluster;
}
