// The floor: the same objects in the same stage waves, over pooled keep-alive connections, with nothing around them. No
// Temporal, no retry, no inventory. It uses none of naas's own HTTP code, so that it cannot share its faults.
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { Pool } from 'undici';
import { managedKind } from '../src/plan/kinds.ts';
import type { KubernetesObject } from '../src/plan/plan.ts';
import type { StagedObjects } from './namespace-objects.ts';
import type { Stand } from './stand.ts';

export interface RawWrites {
  /** All stages, one after the other; resolves when the quota is enforced and the last object is written. */
  provision(objects: StagedObjects): Promise<void>;
  close(): Promise<void>;
}

/** As many as the worker has. */
const CONNECTIONS = 32;
/** As naas looks: at once, then after pauses that double. */
const FIRST_PAUSE_MS = 5;

export async function openRawWrites({ controlPlane, token }: Stand): Promise<RawWrites> {
  const pool = new Pool(controlPlane.server, {
    connections: CONNECTIONS,
    keepAliveTimeout: 60_000,
    allowH2: false,
    connect: { ca: await readFile(controlPlane.caFile) },
  });
  const authorization = `Bearer ${token}`;

  async function call(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<KubernetesObject> {
    const type = method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json';
    const answer = await pool.request({
      method,
      path,
      headers: { authorization, accept: 'application/json', ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`);
    return JSON.parse(text) as KubernetesObject;
  }
  const apply = (object: KubernetesObject): Promise<KubernetesObject> =>
    call('PATCH', `${pathOf(object)}?fieldManager=naas&fieldValidation=Strict&force=true`, object);

  return {
    async provision(objects) {
      for (const claim of objects.claim) {
        await call('POST', `${collectionOf(claim)}?fieldManager=naas&fieldValidation=Strict`, claim);
      }
      await Promise.all(objects.guardrails.map(apply));
      const quotas = objects.guardrails.filter((object) => managedKind(object).readBack === 'quota-enforced');
      await Promise.all(quotas.map((quota) => untilEnforced(() => call('GET', pathOf(quota)))));
      await Promise.all(objects.equipment.map(apply));
      await Promise.all(objects.access.map(apply));
    },
    close: () => pool.close(),
  };
}

async function untilEnforced(read: () => Promise<KubernetesObject>): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
    const { status } = (await read()) as { status?: { hard?: object; used?: object } };
    if (status?.hard !== undefined && status.used !== undefined) return;
    await setTimeout(pauseMs);
  }
}

function collectionOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const { resource } = managedKind({ apiVersion, kind });
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return metadata.namespace === undefined
    ? `${root}/${resource}`
    : `${root}/namespaces/${metadata.namespace}/${resource}`;
}

function pathOf(object: KubernetesObject): string {
  return `${collectionOf(object)}/${object.metadata.name}`;
}
