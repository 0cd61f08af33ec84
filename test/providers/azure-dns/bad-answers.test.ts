// Every way in which Azure, or something between it and us, fails to answer well: each ends in its typed outcome, after one
// request, with nothing secret in it.
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallOptions } from '../../../src/activities/cluster.ts';
import type { DnsZone } from '../../../src/activities/zone.ts';
import { type CredentialChoice, openAzureZone } from '../../../src/providers/azure-dns/index.ts';
import { type ErrorName, NaasError } from '../../../src/spec/errors.ts';
import { SAMPLE_OWNER as OWNER, SAMPLE_SET as SET } from '../../support/sample-record.ts';
import {
  type Answer,
  giveToken,
  json,
  type ScriptedAzure,
  startScriptedAzure,
  TENANT,
  TOKEN,
} from './scripted-azure.ts';

const SECRET = 'a-client-secret-that-must-stay-inside';
const LIVE = { name: 'shop', etag: 'v2', properties: { TTL: 5, ARecords: [{ ipv4Address: '192.0.2.7' }] } };

let scripted: ScriptedAzure;
let zone: DnsZone;

const open = (changed: { credential?: CredentialChoice; caFile?: string } = {}) =>
  openAzureZone({
    zone: 'example.com',
    subscriptionId: 'sub',
    resourceGroup: 'group',
    credential: { kind: 'client-secret', tenantId: TENANT, clientId: 'app', secret: { text: SECRET } },
    endpoint: scripted.endpoint,
    authorityHost: scripted.endpoint,
    caFile: scripted.caFile,
    ...changed,
  });

beforeAll(async () => {
  scripted = await startScriptedAzure();
  zone = await open();
});
afterAll(async () => {
  await scripted?.stop();
});
beforeEach(() => {
  scripted.calls.length = 0;
  scripted.tokens.answer = giveToken;
});

const soon = (ms = 10_000): CallOptions => ({ deadlineMs: Date.now() + ms });

const VERBS = {
  read: (at: DnsZone, call: CallOptions) => at.read(SET, call),
  create: (at: DnsZone, call: CallOptions) => at.create(SET, OWNER, call),
  change: (at: DnsZone, call: CallOptions) => at.change(SET, OWNER, 'v1', call),
  remove: (at: DnsZone, call: CallOptions) => at.remove(SET, 'v1', call),
  claimedBy: (at: DnsZone, call: CallOptions) => at.claimedBy(SET, call),
  nameServers: (at: DnsZone, call: CallOptions) => at.nameServers(call),
} as const;
type Verb = keyof typeof VERBS;
const ALL: readonly Verb[] = ['read', 'create', 'change', 'remove', 'claimedBy', 'nameServers'];
const WRITES: readonly Verb[] = ['create', 'change', 'remove'];

async function failed(verb: Verb, answer: Answer, { call = soon(), at = zone } = {}): Promise<NaasError> {
  scripted.answer = answer;
  const error = await VERBS[verb](at, call).then(
    (value) => Promise.reject(new Error(`succeeded: ${JSON.stringify(value)}`)),
    (caught: unknown) => caught,
  );
  if (!(error instanceof NaasError)) throw error;
  const subject = { claimedBy: 'TXT shop.example.com', nameServers: 'the zone example.com' } as Partial<
    Record<Verb, string>
  >;
  expect(error.message).toContain(subject[verb] ?? 'A shop.example.com');
  expect(error.message).toContain(scripted.endpoint);
  const all = `${error.message} ${JSON.stringify(error.problems)} ${error.stack} ${String(error.cause)}`;
  for (const secret of [SECRET, TOKEN]) expect(all).not.toContain(secret);
  return error;
}

const arm =
  (status: number, code: string, message = 'said so', headers: Record<string, string> = {}): Answer =>
  (_incoming, response) =>
    json(response, status, { error: { code, message } }, headers);
const flat =
  (status: number, code: string, message = 'said so'): Answer =>
  (_incoming, response) =>
    json(response, status, { code, message });

const OUTCOMES: [string, Answer, Partial<Record<Verb, ErrorName>> & { all?: ErrorName }][] = [
  ['400', flat(400, 'BadRequest'), { all: 'Invalid' }],
  ['401', arm(401, 'InvalidAuthenticationToken'), { all: 'Forbidden' }],
  ['403', arm(403, 'AuthorizationFailed'), { all: 'Forbidden' }],
  ['404 of the zone', arm(404, 'ResourceNotFound'), { all: 'NotFound' }],
  ['404 of the group', arm(404, 'ResourceGroupNotFound'), { all: 'NotFound' }],
  ['409', flat(409, 'Conflict'), { create: 'Outdated', change: 'Outdated' }],
  ['409 for a CNAME', flat(409, 'Conflict', 'a CNAME record with the same name exists'), { create: 'Invalid' }],
  ['412', flat(412, 'PreconditionFailed'), { create: 'NotOurs', change: 'Outdated' }],
  ['429 without Retry-After', arm(429, 'TooManyRequests'), { all: 'Throttled' }],
  ['429 that is no JSON', (_i, response) => void response.writeHead(429).end('slow down'), { all: 'Throttled' }],
  ['500', flat(500, 'InternalServerError'), { all: 'Unavailable' }],
  ['503', arm(503, 'ServerUnavailable'), { all: 'Unavailable' }],
  [
    'a page of a proxy',
    (_i, response) => void response.writeHead(403, { 'content-type': 'text/html' }).end('<p>no</p>'),
    { all: 'Unavailable' },
  ],
  [
    'a redirection',
    (_i, response) => void response.writeHead(307, { location: '/elsewhere' }).end(),
    { all: 'Unavailable' },
  ],
  ['a reset', (incoming) => void incoming.socket.destroy(), { all: 'Unavailable' }],
];

describe('a refusal or a fault', () => {
  const cases = OUTCOMES.flatMap(([what, answer, { all, ...single }]) =>
    ALL.flatMap((verb) => {
      const code = single[verb] ?? all;
      return code === undefined ? [] : [[what, verb, code, answer] as const];
    }),
  );

  it.each(cases)('%s to %s is %s, after one request', async (_, verb, code, answer) => {
    const error = await failed(verb, answer);
    expect(error.code).toBe(code);
    expect(error.retryAfterMs).toBeUndefined();
    expect(scripted.calls).toHaveLength(1);
  });

  it.each(ALL)('hands on how long to wait, in seconds or by the server’s clock: %s', async (verb) => {
    const inSeconds = await failed(verb, arm(429, 'TooManyRequests', 'wait', { 'retry-after': '17' }));
    expect([inSeconds.code, inSeconds.retryAfterMs]).toEqual(['Throttled', 17_000]);
    // Half an hour ahead of this machine's clock.
    const serverMs = Math.floor(Date.now() / 1000) * 1000 + 1_800_000;
    const date = new Date(serverMs).toUTCString();
    const until = new Date(serverMs + 40_000).toUTCString();
    const byDate = await failed(verb, arm(503, 'Busy', 'wait', { 'retry-after': until, date }));
    expect([byDate.code, byDate.retryAfterMs]).toEqual(['Unavailable', 40_000]);
    expect(scripted.calls).toHaveLength(2);
  });
});

describe('an answer that proves nothing', () => {
  const body = JSON.stringify(LIVE);
  const strange: [string, Answer][] = [
    [
      'cut off in the middle',
      (_i, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(body.slice(0, 20)),
    ],
    [
      'cut off on the way',
      (incoming, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(body.length) });
        response.write(body.slice(0, 20), () => incoming.socket.destroy());
      },
    ],
    ['a page', (_i, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>welcome</p>')],
  ];

  it.each(strange.flatMap(([what, answer]) => ALL.map((verb) => [what, verb, answer] as const)))(
    'is never a success: %s to %s',
    async (_, verb, answer) => {
      const error = await failed(verb, answer);
      expect(error.code).toBe('Unavailable');
    },
  );

  it.each([
    ['nothing at all', undefined],
    ['JSON of something else', {}],
    ['a set without a version', { ...LIVE, etag: undefined }],
    ['another set', { ...LIVE, name: 'shop2' }],
  ])('is never a success where the set should be: %s', async (_, given) => {
    for (const verb of ['read', 'create', 'change', 'claimedBy', 'nameServers'] as const) {
      const error = await failed(verb, (_incoming, response) =>
        given === undefined ? void response.writeHead(200).end() : json(response, 200, given),
      );
      expect(error.code).toBe('Unavailable');
    }
  });

  it('is no absence where it is no answer of Azure', async () => {
    const error = await failed(
      'read',
      (_i, response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<p>'),
    );
    expect(error.code).toBe('Unavailable');
  });
});

describe('the end of a call', () => {
  it.each(ALL)('comes with the deadline where no answer comes: %s', async (verb) => {
    const error = await failed(verb, () => {}, { call: soon(300) });
    expect([error.code, /effect is unknown/.test(error.message)]).toEqual(['DeadlinePassed', true]);
    expect(scripted.calls).toHaveLength(1);
  });

  it.each(WRITES)('comes with the deadline while a token is waited for, and nothing is sent then: %s', async (verb) => {
    const waiting: Parameters<Answer>[] = [];
    scripted.tokens.answer = (...args) => void waiting.push(args);
    const error = await failed(verb, arm(500, 'never'), { call: soon(300), at: await open() });
    expect([error.code, /nothing was sent/.test(error.message)]).toEqual(['DeadlinePassed', true]);
    for (const args of waiting) giveToken(...args);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(scripted.calls).toHaveLength(0);
  });

  it.each(ALL)('comes with the caller’s signal: %s', async (verb) => {
    const stop = new AbortController();
    scripted.answer = () => stop.abort(new Error('the worker is stopping'));
    await expect(VERBS[verb](zone, { ...soon(), signal: stop.signal })).rejects.toThrow('the worker is stopping');
    expect(scripted.calls).toHaveLength(1);
  });
});

describe('a token', () => {
  const refusal =
    (status: number, error: string, description: string): Answer =>
    (_incoming, response) =>
      json(response, status, { error, error_description: description, error_codes: [1] });

  it.each([
    ['a wrong secret', refusal(401, 'invalid_client', `AADSTS7000215: Invalid client secret ${SECRET}.`), 'Forbidden'],
    ['an unknown application', refusal(400, 'unauthorized_client', 'AADSTS700016: not found.'), 'Forbidden'],
    ['a failing authority', (_i, response) => void response.writeHead(500).end('oops'), 'Unavailable'],
    ['a reset', (incoming) => void incoming.socket.destroy(), 'Unavailable'],
  ] as [string, Answer, ErrorName][])(
    'that is not to be had says so and sends nothing: %s',
    async (_, answer, code) => {
      scripted.tokens.answer = answer;
      const error = await failed('create', arm(500, 'never'), { at: await open() });
      expect(error.code).toBe(code);
      expect(scripted.calls).toHaveLength(0);
    },
  );

  it('is asked for once for many calls, with the secret that the file holds by then', async () => {
    const file = `${scripted.caFile}.secret`;
    const at = await open({
      credential: { kind: 'client-secret', tenantId: TENANT, clientId: 'app', secret: { file } },
    });
    expect((await failed('read', arm(500, 'never'), { at })).code).toBe('Unavailable');
    await writeFile(file, `${SECRET}\n`);
    scripted.tokens.asked.length = 0;
    scripted.answer = (_incoming, response) => json(response, 200, LIVE);
    for (let count = 0; count < 3; count += 1) await at.read(SET, soon());
    expect(scripted.tokens.asked).toHaveLength(1);
    expect(new URLSearchParams(scripted.tokens.asked[0]?.body).get('client_secret')).toBe(SECRET);
    expect(scripted.calls.at(-1)?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it('is asked for again with the secret that has come into the file since', async () => {
    const file = `${scripted.caFile}.rotated`;
    const at = await open({
      credential: { kind: 'client-secret', tenantId: TENANT, clientId: 'app', secret: { file } },
    });
    scripted.tokens.asked.length = 0;
    scripted.tokens.answer = (_incoming, response) =>
      json(response, 200, { token_type: 'Bearer', expires_in: 0, ext_expires_in: 0, access_token: TOKEN });
    scripted.answer = (_incoming, response) => json(response, 200, LIVE);
    for (const secret of ['before', 'after']) {
      await writeFile(file, secret);
      await at.read(SET, soon());
    }
    const shown = scripted.tokens.asked.map(({ body }) => new URLSearchParams(body).get('client_secret'));
    expect(shown).toEqual(['before', 'after']);
  });

  it('is exchanged for what a workload identity’s file holds', async () => {
    const tokenFile = `${scripted.caFile}.federated`;
    await writeFile(tokenFile, 'federated-assertion');
    const at = await open({ credential: { kind: 'workload-identity', tenantId: TENANT, clientId: 'app', tokenFile } });
    scripted.tokens.asked.length = 0;
    scripted.answer = (_incoming, response) => json(response, 200, LIVE);
    expect(await at.read(SET, soon())).toMatchObject({ version: 'v2' });
    expect(new URLSearchParams(scripted.tokens.asked[0]?.body).get('client_assertion')).toBe('federated-assertion');
  });

  it('never stands in a message, though the server repeats it', async () => {
    const error = await failed('create', (_incoming, response, call) =>
      json(response, 400, { code: 'BadRequest', message: `you sent ${call.headers.authorization} and ${TOKEN}` }),
    );
    expect(error.message).toContain('[redacted]');
  });
});

describe('a call', () => {
  it('asks for one set by name and binds each write to what it rests on', async () => {
    scripted.answer = (incoming, response) => json(response, incoming.method === 'PUT' ? 201 : 200, LIVE);
    for (const verb of ['read', 'create', 'change', 'remove'] as const) await VERBS[verb](zone, soon());
    const path =
      '/subscriptions/sub/resourceGroups/group/providers/Microsoft.Network/dnsZones/example.com/A/shop?api-version=2018-05-01';
    expect(
      scripted.calls.map(({ method, url, headers }) => [method, url, headers['if-none-match'], headers['if-match']]),
    ).toEqual([
      ['GET', path, undefined, undefined],
      ['PUT', path, '*', undefined],
      ['PUT', path, undefined, 'v1'],
      ['DELETE', path, undefined, 'v1'],
    ]);
    expect(JSON.parse(scripted.calls[1]?.body ?? '')).toEqual({
      properties: {
        metadata: {
          'naas-installation': OWNER.installation,
          'naas-namespace': OWNER.namespace,
          'naas-incarnation': OWNER.incarnation,
          'naas-request': OWNER.requestId,
          'naas-plan': OWNER.planDigest,
        },
        TTL: 5,
        ARecords: [{ ipv4Address: '192.0.2.7' }],
      },
    });
  });

  it('is refused where the endpoint’s certificate is not trusted', async () => {
    const at = await open({ caFile: `${scripted.caFile}.none` }).catch((error: unknown) => error);
    expect(at).toMatchObject({ name: 'Unavailable', message: expect.stringContaining('ENOENT') });
    const { caFile: _, ...rest } = { caFile: scripted.caFile, endpoint: scripted.endpoint };
    const untrusting = await openAzureZone({
      ...rest,
      zone: 'example.com',
      subscriptionId: 'sub',
      resourceGroup: 'group',
      credential: { kind: 'client-secret', tenantId: TENANT, clientId: 'app', secret: { text: SECRET } },
      authorityHost: scripted.endpoint,
    });
    expect((await failed('create', arm(500, 'never'), { at: untrusting })).code).toBe('Unavailable');
    expect(scripted.calls).toHaveLength(0);
  });
});
