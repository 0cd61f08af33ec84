// The request of all measurements, and the objects that naas makes of it: what kubectl, the raw writes and the naive design
// write as well. Pure.

import { packJson } from '../src/activities/packing.ts';
import { plan, planDigest } from '../src/plan/index.ts';
import type { KubernetesObject } from '../src/plan/plan.ts';
import type { Catalog } from '../src/spec/catalog.ts';
import { STAGES, type Stage } from '../src/spec/inventory.ts';
import { ANNOTATION, LABEL } from '../src/spec/names.ts';
import { parseRequest } from '../src/spec/request.ts';
import { resolve } from '../src/spec/resolve.ts';

/** Approved by policy, and as rich as such a request can be. */
export function requestFor(name: string): Record<string, unknown> {
  return {
    apiVersion: 'naas.dev/v1',
    kind: 'NamespaceRequest',
    team: 'shop',
    project: name,
    name,
    environment: 'dev',
    tier: 'dev',
    purpose: 'A measurement',
    members: {
      admins: [{ group: 'shop-leads' }],
      developers: [{ group: 'shop-developers' }],
      viewers: [{ user: 'auditor@example.com' }],
    },
    network: {
      profile: 'team',
      sharedServices: ['registry', 'telemetry'],
      egressTo: [{ cidr: '10.20.0.0/24', ports: [{ protocol: 'TCP', port: 5432 }] }],
    },
  };
}

export type StagedObjects = Record<Stage, KubernetesObject[]>;

/** Long enough for any round; the fence denies a creation that does not say until when it counts. */
const CREATION_COUNTS_MS = 15 * 60_000;

export function objectsFor(name: string, catalog: Catalog, nowMs = Date.now()): StagedObjects {
  const spec = resolve(parseRequest(requestFor(name)), catalog, { cluster: 'local' });
  const planned = plan(spec);
  const stamped = (object: KubernetesObject): KubernetesObject => {
    // Any value will do, as long as the namespace and what is in it carry the same.
    const labels = { ...object.metadata.labels, [LABEL.incarnation]: 'bec4bec4bec4' };
    const record = {
      [ANNOTATION.request]: name,
      [ANNOTATION.planDigest]: planDigest(planned),
      [ANNOTATION.spec]: packJson(spec),
    };
    const annotations = {
      ...object.metadata.annotations,
      ...(object.kind === 'Namespace' ? record : {}),
      [ANNOTATION.claimBefore]: new Date(nowMs + CREATION_COUNTS_MS).toISOString(),
    };
    return { ...object, metadata: { ...object.metadata, labels, annotations } };
  };
  const inStage = (stage: Stage) => planned.resources.filter((each) => each.stage === stage);
  return Object.fromEntries(
    STAGES.map((stage) => [stage, inStage(stage).map((each) => stamped(each.object))]),
  ) as StagedObjects;
}

export function flat(objects: StagedObjects): KubernetesObject[] {
  return STAGES.flatMap((stage) => objects[stage]);
}
