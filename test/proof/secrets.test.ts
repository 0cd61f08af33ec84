// Canaries in every secret that an installation has: after whole lives of namespaces, and after everything that can go wrong
// with credentials, none of them stands in a history, in Temporal's database, in a log, in what the command line says, in
// metrics, in an error or in the cluster.
//
// What counts as a secret: the cluster's token and client key, the issuer's private key, a private key that somebody left in
// the file of trusted keys, the API key of Temporal. Proofs are signed statements that travel in messages: they may stand in
// Temporal, and nowhere else (that a second use of one does nothing, replayed-proofs.test.ts shows). What a person writes into
// a request or as a reason is public by nature: it is shown to approvers, and here it shows that the search finds things.
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import type { NaasClient } from '../../src/client/api.ts';
import { freePorts } from '../../src/local/ports.ts';
import { workflowId } from '../../src/spec/names.ts';
import { findSecrets } from '../support/byte-search.ts';
import { type CanaryInstallation, canary, openCanaryInstallation } from '../support/canary-installation.ts';
import { kubectl } from '../support/cluster-snapshot.ts';
import { FULL } from '../support/generated-cases.ts';
import { sharedPlatform } from '../support/platform.ts';
import { recordProof } from '../support/proof-table.ts';
import { recordedProofs } from '../support/recorded-proofs.ts';
import { withTemporal } from '../support/runs.ts';
import { PEOPLE } from '../support/scenario-people.ts';
import { DEV, PROD, requestOf, STAGING } from '../support/scenario-requests.ts';

const PUBLIC = canary('purpose');
const LIVES = 'secrets-lives';
const REJECTED = 'secrets-rejected';
const REFUSED = 'secrets-refused';
const UNAUTHORIZED = 'secrets-unauthorized';
const FAILS = 'secrets-fails';
const BY_HAND = 'secrets-by-hand';

let home: CanaryInstallation;
let proofs: string[] = [];

beforeAll(async () => {
  home = await openCanaryInstallation(FAILS);
  await lives();
  await failures();
  await withTemporal(home.temporalAddress, histories);
  proofs = [...new Set(proofs)];
  await home.takeFiles();
}, 900_000);

afterAll(() => home?.close());

async function until(client: NaasClient, name: string, phase: string): Promise<void> {
  const arrived = async () => expect((await client.status(name)).phase).toBe(phase);
  await vi.waitFor(arrived, { timeout: 90_000, interval: 300 });
}

/** A refusal is one more place that could hold a secret. */
async function refused(what: string, act: Promise<unknown>): Promise<void> {
  await act.catch((error: Error) => home.take(`error of ${what}`, `${error.stack}\n${String(error.cause)}`));
}

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}

/** Whole lives with each way of ending, in a cluster that misbehaves in between. */
async function lives(): Promise<void> {
  const [health, metrics] = await freePorts(2);
  const worker = await home.worker({
    NAAS_LOG_FORMAT: 'json',
    NAAS_HEALTH_ADDRESS: `127.0.0.1:${health}`,
    NAAS_METRICS_ADDRESS: `127.0.0.1:${metrics}`,
  });
  const [owner, lead] = [home.clientOf(PEOPLE.owner), home.clientOf(PEOPLE.lead)];
  const told = { purpose: PUBLIC, annotations: { 'example.com/token': PUBLIC } };
  await owner.submit(requestOf(LIVES, { ...STAGING, ...told }));
  await owner.submit(requestOf(REJECTED, { ...PROD, ...told }));
  await refused('a refusal', owner.submit({ ...requestOf(REFUSED, STAGING), tier: 'none' }));
  await Promise.all([LIVES, REJECTED].map((name) => until(owner, name, 'awaiting-approval')));
  await home.naas(['approvals']);
  await lead.decide(LIVES, { decision: 'approve', reason: PUBLIC });
  await lead.decide(REJECTED, { decision: 'reject', reason: PUBLIC });
  await until(owner, LIVES, 'ready');
  await misbehaviour(owner, `http://127.0.0.1:${health}/readyz`);

  for (const name of [LIVES, UNAUTHORIZED, FAILS, REJECTED, REFUSED])
    for (const words of [
      ['status', name],
      ['history', name],
      ['status', name, '--json'],
    ])
      await home.naas(words);
  await home.naas(['list', '--all']);
  await home.naas(['plan', '-f', await requestFile('secrets-planned')]);
  await home.naas(['request', '-f', await requestFile(BY_HAND)]);
  await until(owner, BY_HAND, 'ready');
  home.take('the cluster', await clusterText());
  home.take('metrics', await textOf(`http://127.0.0.1:${metrics}/metrics`));
  const made = [LIVES, UNAUTHORIZED, BY_HAND];
  await Promise.all(made.map((name) => owner.teardown(name, { reason: PUBLIC })));
  await Promise.all(made.map((name) => until(owner, name, 'deleted')));
  await worker.stop();
}

/** A cluster that lets nobody in, one that is none, one that refuses single writes: each says all that it knows. */
async function misbehaviour(owner: NaasClient, readyz: string): Promise<void> {
  const { api } = home;
  api.mode = 'refuse';
  await refused('a request while nobody is let in', owner.submit(requestOf(UNAUTHORIZED, DEV)));
  await vi.waitFor(() => expect(api.echoes()).toBeGreaterThan(2), { timeout: 30_000 });
  const described = await withTemporal(home.temporalAddress, (client) =>
    client.workflow.getHandle(workflowId(UNAUTHORIZED)).describe(),
  );
  home.take('what waits while nobody is let in', JSON.stringify(described.raw));
  home.take('health', await textOf(readyz));
  api.mode = 'page';
  // As long as two attempts are apart by then.
  await setTimeout(3_000);
  api.mode = 'fail';
  await until(owner, UNAUTHORIZED, 'ready');
  await refused('a request that fails', owner.submit(requestOf(FAILS, DEV)));
  await until(owner, FAILS, 'failed');
  home.take('status of what failed', JSON.stringify(await owner.status(FAILS)));
  api.mode = 'pass';
}

function requestFile(name: string): Promise<string> {
  return home.write(`${name}.yaml`, stringify(requestOf(name, DEV)));
}

function clusterText(): Promise<string> {
  const platform = sharedPlatform();
  const kube = { binary: platform.kubectl, first: [], kubeconfig: platform.kubeconfig };
  const kinds = 'namespaces,configmaps,rolebindings,resourcequotas,limitranges,networkpolicies,serviceaccounts';
  return kubectl(kube, 'get', kinds, '-A', '-o', 'json', '--show-managed-fields');
}

/** Everything that can be wrong with credentials when a worker or a command begins. */
async function failures(): Promise<void> {
  const { files, apiKey } = home;
  const key = JSON.stringify(home.secrets['client key']);
  const wrong: Record<string, string>[] = [
    { KUBECONFIG: files.brokenKubeconfig },
    { TEMPORAL_ADDRESS: '127.0.0.1:1', TEMPORAL_API_KEY: apiKey },
    // A server that speaks no TLS, which comes with the key.
    { TEMPORAL_API_KEY: apiKey },
    { TEMPORAL_TLS_CLIENT_KEY_DATA: key, TEMPORAL_TLS_CLIENT_CERT_DATA: 'none' },
    { NAAS_CATALOG: files.issuerKey },
  ];
  for (const env of wrong)
    for (const NAAS_LOG_FORMAT of FULL ? ['json', 'text'] : ['text'])
      await refused(`a worker with ${Object.keys(env)}`, home.worker({ ...env, NAAS_LOG_FORMAT }));
  // These begin, and then meet it.
  const owner = home.clientOf(PEOPLE.owner);
  for (const [name, env] of Object.entries<Record<string, string>>({
    'secrets-tls': { KUBECONFIG: files.untrustingKubeconfig },
    'secrets-keys': { NAAS_TRUSTED_KEYS: files.brokenKey },
    'secrets-mixed-keys': { NAAS_TRUSTED_KEYS: files.mixedKeys },
    'secrets-api-key': { TEMPORAL_API_KEY: apiKey, TEMPORAL_TLS: 'false' },
  })) {
    const worker = await home.worker({ ...env, NAAS_LOG_FORMAT: 'text' });
    await refused(`a request of ${name}`, owner.submit(requestOf(name, STAGING)));
    await worker.stop();
  }
  home.api.mode = 'refuse';
  for (const [words, env] of await wrongCommands()) await home.naas(words, env);
  home.api.mode = 'pass';
}

async function wrongCommands(): Promise<[string[], Record<string, string>?][]> {
  const { files, apiKey } = home;
  return [
    [['request', '-f', await requestFile('secrets-broken')], { NAAS_ISSUER_KEY: files.brokenKey }],
    [['request', '-f', files.issuerKey]],
    [['request', '-f', files.brokenKubeconfig]],
    [['delete', LIVES, '--yes'], { NAAS_ISSUER_KEY: files.brokenKubeconfig }],
    [['doctor'], { KUBECONFIG: files.brokenKubeconfig, NAAS_TRUSTED_KEYS: files.brokenKey }],
    [['doctor', '--json'], { KUBECONFIG: files.untrustingKubeconfig }],
    [['doctor'], { NAAS_TRUSTED_KEYS: files.mixedKeys }],
    [['doctor']],
    [['install', '--kubeconfig', files.brokenKubeconfig]],
    [['install', '--kubeconfig', files.kubeconfig]],
    [['status', LIVES], { TEMPORAL_API_KEY: apiKey }],
    [['status', LIVES], { TEMPORAL_API_KEY: apiKey, TEMPORAL_TLS: 'false' }],
  ];
}

async function histories(client: Client): Promise<void> {
  for await (const run of client.workflow.list()) {
    const history = await client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
    proofs.push(...recordedProofs(history));
    const json = historyToJSON(history);
    home.take(`history of ${run.workflowId}`, json);
    // Payloads are base64 inside of JSON; what is packed in them is looked for as well.
    const payloads = [...json.matchAll(/"data":\s*"([A-Za-z0-9+/=]+)"/g)];
    const bytes = Buffer.concat(payloads.map(([, data = '']) => Buffer.from(data, 'base64')));
    home.places.push({ name: `payloads of ${run.workflowId}`, bytes });
  }
}

describe('the search', () => {
  const planted = 'planted-Secret/with+odd=parts%';
  it.each<[string, string, string | Buffer]>([
    ['as it is', 'text', `x${planted}y`],
    ['in hex', 'hex', Buffer.from(planted).toString('hex')],
    ['in a URL', 'a part of a URL', `?a=${encodeURIComponent(planted)}`],
    ['in UTF-16', 'UTF-16', Buffer.from(planted, 'utf16le')],
    ...[0, 1, 2].map((offset): [string, string, string] => [
      `in base64, ${offset} bytes from its start`,
      `base64 at ${offset}`,
      Buffer.from(`${'z'.repeat(offset)}${planted}zz`).toString('base64'),
    ]),
    ['in base64 for URLs', 'base64url at 1', Buffer.from(`z${planted}zz`).toString('base64url')],
    ['in what is packed', 'text', `zz${gzipSync(planted.padStart(200, 'z')).toString('base64')}`],
  ])('finds a secret %s', (_where, dress, bytes) => {
    const found = findSecrets({ it: planted }, [{ name: 'a place', bytes: Buffer.from(bytes) }]);
    expect(found.some((line) => line.endsWith(` as ${dress}`))).toBe(true);
  });

  it('finds nothing where there is none', () => {
    expect(findSecrets({ it: planted }, [{ name: 'a place', bytes: Buffer.from(planted.toLowerCase()) }])).toEqual([]);
  });
});

describe('an installation that lives and fails', () => {
  it.each([
    ['Temporal: ', 'SQLite format'],
    ['log: ', '401'],
    ['log: ', 'certificate'],
    ['log: ', 'no YAML'],
    ['log: ', 'no JSON'],
    ['error of ', 'Error'],
    ['naas doctor', 'no YAML'],
    ['naas doctor', 'no JSON'],
    ['naas doctor', '[redacted]'],
    ['naas install', '[redacted]'],
    ['naas request', 'no JSON'],
    ['metrics', 'naas_build_info'],
    ['health', '"cluster"'],
    ['what waits', '[redacted]'],
    ['history', 'EVENT_TYPE'],
  ])('was met everywhere: %s says "%s"', (where, what) => {
    const there = home.places.filter(({ name }) => name.startsWith(where));
    expect(there.some(({ bytes }) => bytes.includes(what))).toBe(true);
  });

  it('shows what is public: the search looks where it should', () => {
    const found = findSecrets({ it: PUBLIC }, home.places).join('\n');
    for (const where of ['Temporal: ', '(packed)', 'history of', 'payloads of', 'naas history', 'the cluster'])
      expect(found).toContain(where);
  });

  it('shows no secret anywhere', () => {
    for (const [what, secret] of Object.entries(home.secrets)) expect(secret.length, what).toBeGreaterThan(20);
    const found = findSecrets(home.secrets, home.places);
    recordProof('secrets in places', Object.keys(home.secrets).length * home.places.length, found.length);
    expect(found).toEqual([]);
  });

  it('shows proofs in Temporal alone', () => {
    const signatures = Object.fromEntries(proofs.map((proof, index) => [`proof ${index}`, proof.split('.')[2] ?? '']));
    expect(proofs.length).toBeGreaterThan(5);
    expect(findSecrets(signatures, home.places)).not.toEqual([]);
    const inTemporal = /^(Temporal: .*\.db(-wal|-shm)?$|history of|payloads of)/;
    const outside = home.places.filter(({ name }) => !inTemporal.test(name));
    const found = findSecrets(signatures, outside);
    recordProof('proofs in places other than Temporal', proofs.length * outside.length, found.length);
    expect(found).toEqual([]);
  });
});
