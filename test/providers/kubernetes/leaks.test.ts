// No credential ever stands in an error, whatever is wrong with a kubeconfig and whatever a server repeats of what it was sent.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectCluster } from '../../../src/providers/kubernetes/index.ts';
import { recordProof } from '../../support/proof-table.ts';
import { type FakeApi, json, kubeconfigFor, type Misbehave, startFakeApi } from './fake-api.ts';

/** Opaque on purpose: nothing about it looks like a token. */
const SECRET = 'c4n4ry9Zq7Lw3Tx8Vb5Nm2Kd6Rf1Hj0Gs';
const REF = {
  system: 'kubernetes',
  cluster: 'c1',
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'shop',
  name: 'info',
} as const;

let folder: string;
let fake: FakeApi;
let cases = 0;
let leaks = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'naas-leaks-'));
  fake = await startFakeApi();
});

afterAll(async () => {
  await fake?.stop();
  await rm(folder, { recursive: true, force: true });
  recordProof('credentials in errors of the cluster', cases, leaks);
});

/** All that anybody could print of an error: messages, stacks, causes and whatever hangs on them. */
function everything(error: unknown): string {
  const texts: string[] = [];
  for (let each = error; each instanceof Error; each = each.cause) {
    texts.push(each.name, each.message, each.stack ?? '', JSON.stringify(each, Object.getOwnPropertyNames(each)));
  }
  return texts.join('\n');
}

/** A few characters of a secret are a hint, nine are a leak. */
function expectNoPart(text: string, secret = SECRET): void {
  cases += 1;
  const parts = Array.from({ length: secret.length - 8 }, (_, at) => secret.slice(at, at + 9));
  const found = parts.filter((part) => text.includes(part));
  if (found.length > 0) leaks += 1;
  expect(found, text).toEqual([]);
}

async function errorWith(kubeconfig: string): Promise<Error> {
  try {
    const cluster = await connectCluster({ name: 'c1', kubeconfig });
    try {
      await cluster.read(REF, { deadlineMs: Date.now() + 5_000 });
    } finally {
      await cluster.close();
    }
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('nothing failed, so nothing is proven');
}

const NOWHERE = 'https://127.0.0.1:1';
const kubeconfigText = (user: string, cluster = `server: ${NOWHERE}`): string => `apiVersion: v1
kind: Config
clusters:
- name: c
  cluster: {${cluster}}
users:
- name: u
  user:
${user}
contexts:
- name: x
  context: {cluster: c, user: u}
current-context: x
`;
const exec = (script: string): string =>
  `    exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, args: ['-c', '${script}']}`;

describe('a kubeconfig that is wrong', () => {
  it.each<[string, string]>([
    ['a tab', kubeconfigText(`    token: ${SECRET}\n\tbad: x`)],
    ['a line too far left', kubeconfigText(`    token: ${SECRET}\n   other: x`)],
    ['a quote that does not end', kubeconfigText(`    token: "${SECRET}`)],
    ['a colon in the token', kubeconfigText(`    token: ${SECRET}: x`)],
    ['a token that is an alias', kubeconfigText(`    token: *${SECRET}`)],
    ['a token that is a tag', kubeconfigText(`    token: !${SECRET} x`)],
    ['a token twice', kubeconfigText(`    token: ${SECRET}\n    token: ${SECRET}`)],
    ['a token of two lines', kubeconfigText(`    token: "${SECRET}\\nx"`)],
    ['a token that is a list', kubeconfigText(`    token: [${SECRET}]`)],
    ['half a JSON document', `{"users": [{"name": "u", "user": {"token": "${SECRET}"`],
    ['nothing but a token', SECRET],
    ['a password in the server', kubeconfigText('    token: x', `server: 'https://admin:${SECRET}@127.0.0.1:1'`)],
    ['a server that is no URL', kubeconfigText('    token: x', `server: 'https://admin:${SECRET}@[bad'`)],
    [
      'a password in the proxy',
      kubeconfigText('    token: x', `server: ${NOWHERE}, proxy-url: 'http://a:${SECRET}@127.0.0.1:2'`),
    ],
    [
      'a proxy of another kind',
      kubeconfigText('    token: x', `server: ${NOWHERE}, proxy-url: 'socks5://a:${SECRET}@127.0.0.1:2'`),
    ],
    [
      'a key that is none',
      kubeconfigText(
        `    client-certificate-data: ${btoa('x')}\n    client-key-data: ${btoa(`-----BEGIN PRIVATE KEY-----\n${SECRET}\n`)}`,
      ),
    ],
    ['a key that is no base64', kubeconfigText(`    client-certificate-data: x\n    client-key-data: "${SECRET}"`)],
    ['a plugin that fails', kubeconfigText(exec(`echo ${SECRET} >&2; exit 1`))],
    ['a plugin that says no JSON', kubeconfigText(exec(`echo ${SECRET}`))],
    ['a plugin that breaks off', kubeconfigText(exec(`printf "%s" "{\\"status\\":{\\"token\\":\\"${SECRET}"`))],
    ['a plugin without a status', kubeconfigText(exec(`echo "{\\"token\\":\\"${SECRET}\\"}"`))],
    [
      'a plugin that is not there',
      kubeconfigText(`    exec: {command: /nowhere/plugin, args: ['${SECRET}'], env: [{name: A, value: ${SECRET}}]}`),
    ],
  ])('%s: says so without the secret', async (what, text) => {
    const file = join(folder, what.replaceAll(' ', '-'));
    await writeFile(file, text);
    const error = await errorWith(file);
    expect(error.name).toBe('Unavailable');
    expectNoPart(everything(error));
  });
});

const status =
  (code: number, more: object): Misbehave =>
  (_incoming, response) =>
    json(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, ...more });
const page =
  (code: number, text: string): Misbehave =>
  (_incoming, response) =>
    response.writeHead(code, { 'content-type': 'text/html' }).end(text);
const cause = { reason: 'FieldValueInvalid', message: `Bearer ${SECRET} is wrong`, field: `spec["${SECRET}"]` };

describe('a server that repeats what it was sent', () => {
  it.each<[string, Misbehave]>([
    [
      'as the token that it refuses',
      status(401, { reason: 'Unauthorized', message: `invalid bearer token ${SECRET}` }),
    ],
    ['as a header', status(401, { reason: 'Unauthorized', message: `Authorization: Bearer ${SECRET}` })],
    [
      'as a right that is missing',
      status(403, { reason: 'Forbidden', message: `user of ${SECRET} cannot get`, details: { causes: [cause] } }),
    ],
    ['as an invalid field', status(422, { reason: 'Invalid', message: 'invalid', details: { causes: [cause] } })],
    [
      'as a conflict',
      status(409, {
        reason: 'Conflict',
        message: 'x',
        details: { causes: [{ ...cause, reason: 'FieldManagerConflict' }] },
      }),
    ],
    ['as a failure of its own', status(500, { reason: 'InternalError', message: `panic: ${SECRET}` })],
    ['as a policy', status(403, { reason: 'Forbidden', message: `ValidatingAdmissionPolicy 'x' denied: ${SECRET}` })],
    ['in a page', page(502, `<html>authorization: Bearer ${SECRET}</html>`)],
    // Of a text that is cut, the end must not be cut off before the secret is looked for.
    ...Array.from({ length: 8 }, (_, at): [string, Misbehave] => [
      `across the end of what is shown of a page, at ${at}`,
      page(502, `${'x'.repeat(172 + 4 * at)} ${SECRET}`),
    ]),
    ...Array.from({ length: 8 }, (_, at): [string, Misbehave] => [
      `across the end of what is shown of a message, at ${at}`,
      status(500, { message: `${'x'.repeat(772 + 4 * at)} ${SECRET}` }),
    ]),
    ['in half an answer', (_incoming, response) => void response.writeHead(200).end(`{"token":"${SECRET}`)],
  ])('%s is repeated without it', async (_how, answer) => {
    const good = fake.answer;
    fake.answer = answer;
    const error = await errorWith(await kubeconfigFor(folder, fake.server, { token: SECRET }));
    fake.answer = good;
    expectNoPart(everything(error));
  });

  it('may repeat the password of a user as well', async () => {
    const good = fake.answer;
    fake.answer = status(401, { message: `wrong password ${SECRET} of ada` });
    const error = await errorWith(await kubeconfigFor(folder, fake.server, { username: 'ada', password: SECRET }));
    fake.answer = good;
    expectNoPart(everything(error));
    expectNoPart(everything(error), btoa(`ada:${SECRET}`));
  });

  it('may repeat a token that was renewed meanwhile', async () => {
    const good = fake.answer;
    const tokenFile = join(folder, 'renewed');
    await writeFile(tokenFile, SECRET);
    const cluster = await connectCluster({
      name: 'c1',
      kubeconfig: await kubeconfigFor(folder, fake.server, { tokenFile }),
    });
    const held = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    fake.answer = (incoming, response) => {
      arrived.resolve();
      void held.promise.then(() => status(403, { message: `no: ${SECRET}` })(incoming, response));
    };
    const first = cluster.read(REF, { deadlineMs: Date.now() + 10_000 }).catch((error: unknown) => error);
    await arrived.promise;
    fake.answer = good;
    await writeFile(tokenFile, 'the next one');
    // Files are looked at again after a second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await cluster.read(REF, { deadlineMs: Date.now() + 5_000 });
    held.resolve();
    expectNoPart(everything(await first));
    await cluster.close();
  });
});
