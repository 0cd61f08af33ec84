// Property: whatever a person may ask for either fails validation or gives a plan of which the real API server accepts every
// object, strictly, with the worker's own rights and inside the fence.
import { readFileSync } from 'node:fs';
import { Agent, fetch } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readCatalog } from '../../src/config.ts';
import { plan } from '../../src/plan/index.ts';
import { findManagedKind } from '../../src/plan/kinds.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import { NaasError } from '../../src/spec/errors.ts';
import { ANNOTATION, FIELD_MANAGER, LABEL, WORKER_USER } from '../../src/spec/names.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import { sharedPlatform } from '../support/platform.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import fc from '../support/properties.ts';
import { anyRequests, goodRequests } from '../support/request-arbitrary.ts';

const REQUESTS = 300;
const HOME = 'strict-home';
const INCARNATION = 'strict0';

const platform = sharedPlatform();
const { server, caFile, adminToken } = platform.controlPlane;
const agent = new Agent({ connect: { ca: readFileSync(caFile) }, connections: 16 });
const catalog = readCatalog(platform.catalogDir);
let requests = 0;

async function send(
  method: string,
  path: string,
  body?: object,
  as?: string,
): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${server}${path}`, {
    method,
    dispatcher: agent,
    headers: {
      authorization: `Bearer ${adminToken}`,
      'content-type': method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json',
      ...(as === undefined ? {} : { 'impersonate-user': as }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

function stamped(object: KubernetesObject): KubernetesObject {
  const labels = { ...object.metadata.labels, [LABEL.incarnation]: INCARNATION };
  const soon = new Date(Date.now() + 60_000).toISOString();
  const annotations = { ...object.metadata.annotations, [ANNOTATION.claimBefore]: soon };
  const place = object.kind === 'Namespace' ? {} : { namespace: HOME };
  return { ...object, metadata: { ...object.metadata, ...place, labels, annotations } };
}

/** Undefined when the API server accepts it. */
async function refusalOf(object: KubernetesObject, stamp = stamped): Promise<string | undefined> {
  const kind = findManagedKind(object);
  if (kind === undefined) return `${object.kind} is not on the closed list`;
  const base = kind.group === '' ? '/api/v1' : `/apis/${object.apiVersion}`;
  const query = `dryRun=All&fieldValidation=Strict&fieldManager=${FIELD_MANAGER}`;
  const wanted = stamp(object);
  const answer =
    kind.scope === 'cluster'
      ? await send('POST', `${base}/${kind.resource}?${query}`, wanted, WORKER_USER)
      : await send(
          'PATCH',
          `${base}/namespaces/${HOME}/${kind.resource}/${object.metadata.name}?${query}`,
          wanted,
          WORKER_USER,
        );
  return answer.status < 300 ? undefined : `${object.kind} ${object.metadata.name}: ${answer.status} ${answer.text}`;
}

beforeAll(async () => {
  const home = stamped({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: HOME } });
  const made = await send('POST', '/api/v1/namespaces', home, WORKER_USER);
  expect(made.status, made.text).toBe(201);
});

afterAll(async () => {
  await send('DELETE', `/api/v1/namespaces/${HOME}`);
  // The next file compares the whole cluster: it must not begin while this namespace is dying.
  const gone = async () => expect((await send('GET', `/api/v1/namespaces/${HOME}`)).status).toBe(404);
  await vi.waitFor(gone, { timeout: 30_000, interval: 200 });
  await agent.close();
  recordProof('strict plans', requests, failedTests());
});

describe('every request', () => {
  it('is held against an API server that refuses what is wrong', async () => {
    const metadata = { name: 'probe' };
    const good: KubernetesObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'b' } };
    expect(await refusalOf(good)).toBeUndefined();
    expect(await refusalOf({ ...good, dada: {} })).toContain('dada');
    const labels = { [LABEL.incarnation]: 'another' };
    expect(await refusalOf({ ...good, metadata: { ...metadata, labels } }, (object) => object)).toContain(
      'incarnation',
    );
  });

  it('fails validation or gives a plan that the API server accepts strictly', async () => {
    let accepted = 0;
    await fc.assert(
      // Mostly requests that resolve; the others show that what is not planned is refused in words.
      fc.asyncProperty(
        fc.oneof({ weight: 5, arbitrary: goodRequests }, { weight: 1, arbitrary: anyRequests }),
        async (request) => {
          requests += 1;
          let resources: KubernetesObject[];
          try {
            const spec = resolve(parseRequest(request), catalog, { cluster: 'local' });
            resources = plan(spec).resources.map((resource) => resource.object);
            for (const { metadata, kind } of resources) {
              expect(kind === 'Namespace' ? metadata.name : metadata.namespace).toBe(spec.name);
            }
          } catch (error) {
            // A refusal is an answer; anything else is a defect.
            if (!(error instanceof NaasError)) throw error;
            return;
          }
          const refusals = await Promise.all(resources.map((object) => refusalOf(object)));
          expect(refusals.filter((refusal) => refusal !== undefined)).toEqual([]);
          accepted += 1;
        },
      ),
      { numRuns: REQUESTS },
    );
    // The generator must not satisfy the property by being refused.
    expect(accepted).toBeGreaterThan(REQUESTS / 2);
  });
});
