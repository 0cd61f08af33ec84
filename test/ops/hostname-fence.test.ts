// Which hostnames an object may name, tried for real on every kind that can name one, as a cluster's administrator: dry runs
// against the API server with the upstream definitions. And what naas's own account may write of the lists of names.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOSTNAME_PROBES, hostnameFence } from '../../src/ops/hostname-fence.ts';
import { fenceInForce } from '../../src/ops/probes.ts';
import { connectCluster, type KubernetesCluster } from '../../src/providers/kubernetes/index.ts';
import { ANNOTATION, LABEL, SYSTEM_NAMESPACE, WORKER_USER } from '../../src/spec/names.ts';
import { type GatewayPlatform, startGatewayPlatform } from '../support/gateway-platform.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import fc from '../support/properties.ts';
import { type Person, send, soon } from './administrator.ts';

const GIVEN = ['a.example.com', '*.wild.example.com'];
const EXEMPT_LABEL = 'hostnames.naas.dev/any';
const WORKER: Person = { user: WORKER_USER, groups: [] };

const SPACES = {
  /** Managed, with names. */
  given: 'hostnames-given',
  /** Managed, without. */
  bare: 'hostnames-bare',
  /** Nobody's. */
  free: 'hostnames-free',
  /** An administrator lets it name any host. */
  exempt: 'hostnames-exempt',
} as const;

let gateways: GatewayPlatform;
let worker: KubernetesCluster;
let counted = 0;

const kubeconfig = (): string => gateways.platform.kubeconfig;

beforeAll(async () => {
  gateways = await startGatewayPlatform();
  worker = await connectCluster({ name: 'c1', kubeconfig: gateways.platform.workerKubeconfig });
  await worker.get('/version', soon());
  const annotations = { [ANNOTATION.claimBefore]: new Date(Date.now() + 60_000).toISOString() };
  const managed = (name: string) => ({ name, labels: { [LABEL.incarnation]: name }, annotations });
  await namespace(
    { ...managed(SPACES.given), annotations: { ...annotations, [ANNOTATION.hostnames]: GIVEN.join(',') } },
    WORKER,
  );
  await namespace(managed(SPACES.bare), WORKER);
  await namespace({ name: SPACES.free });
  await namespace({ name: SPACES.exempt, labels: { [EXEMPT_LABEL]: 'true' } });
});

afterAll(async () => {
  await worker?.close();
  await gateways?.stop();
  recordProof('the hostname fence', counted, failedTests());
});

async function namespace(metadata: object, as?: Person): Promise<void> {
  const made = await send(
    kubeconfig(),
    'POST',
    '/api/v1/namespaces',
    { apiVersion: 'v1', kind: 'Namespace', metadata },
    as,
  );
  expect(made['kind'], JSON.stringify(made)).toBe('Namespace');
}

interface Kind {
  policy: string;
  apiVersion: string;
  kind: string;
  resource: string;
  /** That names these; undefined where the form has no place for "none at all". */
  spec(names: readonly string[]): object;
  /** Also where nobody manages the namespace. */
  everywhere: boolean;
}

const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const ISTIO = 'networking.istio.io/v1';
const listeners = (names: readonly string[]) =>
  (names.length === 0 ? [undefined] : names).map((hostname, index) => ({
    name: `l${index}`,
    port: 80,
    protocol: 'HTTP',
    ...(hostname === undefined ? {} : { hostname }),
  }));
const backend = { service: { name: 'web', port: { number: 80 } } };
const paths = { http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } };
const route = (kind: string): Kind => ({
  policy: `naas-hostnames-${kind.toLowerCase()}s`,
  apiVersion: GATEWAY_API,
  kind,
  resource: `${kind.toLowerCase()}s`,
  spec: (hostnames) => ({
    hostnames,
    ...(kind === 'TLSRoute' ? { rules: [{ backendRefs: [{ name: 'web', port: 443 }] }] } : {}),
  }),
  everywhere: true,
});

const KINDS: readonly Kind[] = [
  ...['HTTPRoute', 'GRPCRoute', 'TLSRoute'].map(route),
  {
    policy: 'naas-hostnames-listenersets',
    apiVersion: GATEWAY_API,
    kind: 'ListenerSet',
    resource: 'listenersets',
    spec: (names) => ({ parentRef: { name: 'shared', namespace: 'gateway-system' }, listeners: listeners(names) }),
    everywhere: true,
  },
  {
    policy: 'naas-hostnames-gateways',
    apiVersion: GATEWAY_API,
    kind: 'Gateway',
    resource: 'gateways',
    spec: (names) => ({ gatewayClassName: 'stand-in', listeners: listeners(names) }),
    everywhere: false,
  },
  {
    policy: 'naas-hostnames-ingresses',
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    resource: 'ingresses',
    spec: (names) => ({
      rules: names.length === 0 ? [paths] : names.map((host) => ({ host, ...paths })),
    }),
    everywhere: true,
  },
  {
    policy: 'naas-hostnames-virtualservices',
    apiVersion: ISTIO,
    kind: 'VirtualService',
    resource: 'virtualservices',
    spec: (hosts) => ({ hosts, gateways: ['istio-system/public'] }),
    everywhere: true,
  },
  {
    policy: 'naas-hostnames-istio-gateways',
    apiVersion: ISTIO,
    kind: 'Gateway',
    resource: 'gateways',
    spec: (names) => ({
      selector: { istio: 'ingress' },
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: names.map((name) => `./${name}`) }],
    }),
    everywhere: false,
  },
];

function pathIn(space: string, { apiVersion, resource }: Kind, name = ''): string {
  return `/apis/${apiVersion}/namespaces/${space}/${resource}${name === '' ? '' : `/${name}`}`;
}

const DRY = '?dryRun=All';

function objectOf({ apiVersion, kind }: Kind, spec: object, name = 'tried') {
  return { apiVersion, kind, metadata: { name }, spec };
}

type Answer = Record<string, unknown>;

async function tried(space: string, kind: Kind, spec: object): Promise<Answer> {
  counted += 1;
  return send(kubeconfig(), 'POST', `${pathIn(space, kind)}${DRY}`, objectOf(kind, spec));
}

/** By this policy and no other, in words that name the namespace. */
function expectDenied(answer: Answer, { policy }: Kind, words: string): void {
  expect(answer, JSON.stringify(answer)).toMatchObject({ code: 403, reason: 'Forbidden' });
  expect(String(answer['message'])).toContain(`'${policy}'`);
  expect(String(answer['message'])).toContain(words);
}

const expectTaken = (answer: Answer, { kind }: Kind): void =>
  expect(answer, JSON.stringify(answer)).toMatchObject({ kind });

describe.each(KINDS.map((kind) => [kind.policy, kind] as const))('%s', (policy, kind) => {
  it('is installed without a warning of its types', async () => {
    const path = `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/${policy}`;
    const generation = async () => {
      const live = await send(kubeconfig(), 'GET', path);
      return (live['status'] as { observedGeneration?: number } | undefined)?.observedGeneration;
    };
    await expect.poll(generation, { timeout: 30_000 }).toBe(1);
    const live = await send(kubeconfig(), 'GET', path);
    expect((live['status'] as { typeChecking?: object }).typeChecking ?? {}).toEqual({});
  });

  it.each([
    ['a name that it was given', ['a.example.com']],
    ['a name below its wildcard', ['x.wild.example.com']],
    ['a name far below its wildcard', ['x.y.wild.example.com']],
    ['its wildcard', ['*.wild.example.com']],
    ['a wildcard below its wildcard', ['*.x.wild.example.com']],
    ['all of them', ['a.example.com', '*.wild.example.com', 'x.wild.example.com']],
  ])('lets an object name %s', async (_what, names) =>
    expectTaken(await tried(SPACES.given, kind, kind.spec(names)), kind),
  );

  it.each([
    ['another name', ['b.example.com'], 'b.example.com'],
    ['another one beside its own', ['a.example.com', 'b.example.com'], 'b.example.com'],
    ['what its wildcard hangs on', ['wild.example.com'], 'wild.example.com'],
    ['a name that only ends alike', ['xwild.example.com'], 'xwild.example.com'],
    ['a wildcard over its own', ['*.example.com'], '*.example.com'],
    ['a name below one that is no wildcard', ['x.a.example.com'], 'x.a.example.com'],
    ['no name, which is every name', [], 'every host'],
  ])('denies %s', async (_what, names, words) => {
    const answer = await tried(SPACES.given, kind, kind.spec(names));
    // Its definition wants a name itself, and is asked first.
    const wantsOne = kind.kind === 'TLSRoute';
    if (names.length === 0 && wantsOne) expect(answer, JSON.stringify(answer)).toMatchObject({ code: 422 });
    else expectDenied(answer, kind, words);
  });

  it('denies every name in a namespace that was given none', async () =>
    expectDenied(await tried(SPACES.bare, kind, kind.spec(['a.example.com'])), kind, 'no hostname'));

  it(`${kind.everywhere ? 'denies names' : 'lets names be'} where nobody manages the namespace, but for what is exempt`, async () => {
    const free = await tried(SPACES.free, kind, kind.spec(['a.example.com']));
    if (kind.everywhere) expectDenied(free, kind, 'a.example.com');
    else expectTaken(free, kind);
    expectTaken(await tried(SPACES.exempt, kind, kind.spec(['a.example.com'])), kind);
  });

  it('judges an update by what it names anew', async () => {
    for (const [space, names] of [
      [SPACES.given, ['a.example.com']],
      [SPACES.exempt, ['old.example.com']],
    ] as const) {
      const made = await send(kubeconfig(), 'POST', pathIn(space, kind), objectOf(kind, kind.spec(names), 'stands'));
      expectTaken(made, kind);
    }
    const patch = (space: string, body: object) =>
      send(kubeconfig(), 'PATCH', `${pathIn(space, kind, 'stands')}${DRY}`, body);
    const other = { spec: kind.spec(['b.example.com']) };
    const label = { metadata: { labels: { some: 'label' }, finalizers: ['example.com/held'] } };
    expectTaken(await patch(SPACES.given, label), kind);
    expectDenied(await patch(SPACES.given, other), kind, 'b.example.com');
    await exempt(false);
    try {
      expectTaken(await patch(SPACES.exempt, label), kind);
      const moved = await patch(SPACES.exempt, other);
      if (kind.everywhere) expectDenied(moved, kind, 'b.example.com');
      else expectTaken(moved, kind);
    } finally {
      await exempt(true);
    }
  });
});

async function exempt(isExempt: boolean): Promise<void> {
  const path = `/api/v1/namespaces/${SPACES.exempt}`;
  await send(kubeconfig(), 'PATCH', path, { metadata: { labels: { [EXEMPT_LABEL]: isExempt ? 'true' : null } } });
  // Admission sees namespaces through a watch.
  const probe = KINDS.find(({ kind }) => kind === 'HTTPRoute') as Kind;
  await expect
    .poll(async () => (await tried(SPACES.exempt, probe, probe.spec(['x.example.com'])))['kind'], { timeout: 10_000 })
    .toBe(isExempt ? 'HTTPRoute' : 'Status');
}

const kindNamed = (policy: string): Kind => {
  const found = KINDS.find((each) => each.policy === `naas-hostnames-${policy}`);
  if (found === undefined) throw new Error(`no kind ${policy}`);
  return found;
};

describe('what only some kinds have', () => {
  it('a VirtualService inside the mesh names what it likes; at a gateway it does not', async () => {
    const kind = kindNamed('virtualservices');
    const http = [{ route: [{ destination: { host: 'web' } }] }];
    for (const gatewaysOf of [{}, { gateways: ['mesh'] }])
      expectTaken(await tried(SPACES.given, kind, { hosts: ['reviews', '*.local'], http, ...gatewaysOf }), kind);
    for (const gateways of [['public'], ['mesh', 'istio-system/public'], ['Mesh']])
      expectDenied(await tried(SPACES.given, kind, { hosts: ['reviews'], gateways, http }), kind, 'reviews');
  });

  it.each([
    ['another host of its TLS', { tls: [{ hosts: ['b.example.com'] }] }, 'b.example.com'],
    ['TLS of no host', { tls: [{ secretName: 's' }] }, 'every host'],
    ['a backend for all that no rule has', { defaultBackend: backend }, 'every host'],
    ['a rule without a host beside one with', { rules: [{ host: 'a.example.com', ...paths }, paths] }, 'every host'],
  ])('an Ingress may not have %s', async (_what, more, words) => {
    const kind = kindNamed('ingresses');
    const spec = { ...kind.spec(['a.example.com']), ...more };
    expectDenied(await tried(SPACES.given, kind, spec), kind, words);
  });

  it('an Istio Gateway’s hosts are read behind their namespace', async () => {
    const kind = kindNamed('istio-gateways');
    const of = (hosts: string[]) => ({
      ...kind.spec([]),
      servers: [{ port: { number: 80, name: 'h', protocol: 'HTTP' }, hosts }],
    });
    for (const host of ['a.example.com', './a.example.com', '*/x.wild.example.com', 'shop/*.wild.example.com'])
      expectTaken(await tried(SPACES.given, kind, of([host])), kind);
    for (const host of ['*', '*/*', './b.example.com', 'a.example.com/b.example.com'])
      expectDenied(await tried(SPACES.given, kind, of(['a.example.com', host])), kind, 'may not name');
  });

  it('a Gateway’s listener without a hostname serves every host', async () => {
    for (const policy of ['gateways', 'listenersets']) {
      const kind = kindNamed(policy);
      const spec = kind.spec(['a.example.com']) as { listeners: object[] };
      const more = { ...spec, listeners: [...spec.listeners, { name: 'all', port: 8080, protocol: 'HTTP' }] };
      expectDenied(await tried(SPACES.given, kind, more), kind, 'every host');
    }
  });
});

describe('in a namespace that naas manages', () => {
  const kind = kindNamed('httproutes');
  const label = { metadata: { labels: { some: 'label' } } };

  /** A route to b.example.com, in a namespace that has lost the name. Answers where it stands. */
  async function taken(name: string, metadata: object): Promise<string> {
    const annotations = { [ANNOTATION.claimBefore]: new Date(Date.now() + 60_000).toISOString() };
    const both = { ...annotations, [ANNOTATION.hostnames]: 'a.example.com,b.example.com' };
    await namespace({ name, labels: { [LABEL.incarnation]: name }, annotations: both }, WORKER);
    const route = objectOf(kind, kind.spec(['b.example.com']));
    const made = { ...route, metadata: { ...route.metadata, ...metadata } };
    expectTaken(await send(kubeconfig(), 'POST', pathIn(name, kind), made), kind);
    const fewer = { metadata: { annotations: { [ANNOTATION.hostnames]: 'a.example.com' } } };
    await send(kubeconfig(), 'PATCH', `/api/v1/namespaces/${name}`, fewer, WORKER);
    const path = `${pathIn(name, kind)}/${route.metadata.name}`;
    const patch = () => send(kubeconfig(), 'PATCH', `${path}${DRY}`, label);
    await expect.poll(async () => (await patch())['code'], { timeout: 10_000 }).toBe(403);
    return path;
  }

  it('nothing may go on naming a host that was taken from it', async () => {
    const path = await taken('hostnames-fewer', {});
    expectDenied(await send(kubeconfig(), 'PATCH', `${path}${DRY}`, label), kind, 'b.example.com');
  });

  it('what is on its way out loses its finalizers all the same, and takes no other name on the way', async () => {
    const path = await taken('hostnames-leaving', { finalizers: ['example.com/last-words'] });
    await send(kubeconfig(), 'DELETE', path);
    const other = { spec: { hostnames: ['c.example.com'] } };
    expectDenied(await send(kubeconfig(), 'PATCH', `${path}${DRY}`, other), kind, 'c.example.com');
    expectTaken(await send(kubeconfig(), 'PATCH', path, { metadata: { finalizers: null } }), kind);
    expect((await send(kubeconfig(), 'GET', path))['code']).toBe(404);
  });
});

const label = fc.constantFrom('a', 'b', 'wild', 'x', 'example', 'com', 'xn--bcher-kva', '*');
const anyName = fc
  .oneof(
    fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.')),
    fc
      .constantFrom(...GIVEN)
      .chain((name) => fc.constantFrom(name, `x.${name}`, name.slice(2), `${name}.`, `${name},`)),
    fc.constantFrom(
      'A.EXAMPLE.COM',
      ' a.example.com',
      'a.example.com:80',
      '.wild.example.com',
      '*',
      '**.wild.example.com',
    ),
  )
  .filter((name) => name !== '');
const givenName = fc.constantFrom('a.example.com', 'x.wild.example.com', 'x.y.wild.example.com', '*.wild.example.com');
/** One in three names nothing else than what was given, so that much is taken too. */
const hostnames = fc.oneof(
  fc.uniqueArray(givenName, { minLength: 1, maxLength: 3 }),
  ...[anyName, fc.oneof(givenName, anyName)].map((name) => fc.uniqueArray(name, { minLength: 1, maxLength: 3 })),
);

/** Told in another way than the policy does: by labels. */
function isGiven(name: string): boolean {
  const labels = name.split('.');
  return GIVEN.some((own) => {
    const [first, ...rest] = own.split('.');
    if (first !== '*') return name === own;
    return labels.length > rest.length && labels.slice(-rest.length).join('.') === rest.join('.');
  });
}

describe('whatever is written in place of a name', () => {
  it('no object is taken that names a host which its namespace was not given', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...KINDS), hostnames, async (kind, names) => {
        const answer = await tried(SPACES.given, kind, kind.spec(names));
        const all = names.every(isGiven);
        if (answer['kind'] === kind.kind) {
          taken += 1;
          expect(all, `${kind.policy} took ${names.join(' ')}`).toBe(true);
        } else {
          // Refused by the form or by the fence; never an error that judges nothing.
          expect([403, 422], JSON.stringify(answer)).toContain(answer['code']);
          if (answer['code'] === 403 && all) expect(names, JSON.stringify(answer)).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
    expect(taken).toBeGreaterThan(5);
  });
});

describe('naas doctor and naas install', () => {
  it('know every policy, and see one that is not in force', async () => {
    const policies = hostnameFence()
      .filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')
      .map(({ metadata }) => metadata.name);
    expect(Object.keys(HOSTNAME_PROBES).sort()).toEqual([...policies].sort());
    expect(KINDS.map(({ policy }) => policy).sort()).toEqual([...policies].sort());
    const { cluster } = gateways;
    expect(await fenceInForce(cluster, soon())).toEqual([]);
    const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
    const kept = await Promise.all(policies.map((name) => send(kubeconfig(), 'GET', `${bindings}/${name}`)));
    for (const name of policies) await send(kubeconfig(), 'DELETE', `${bindings}/${name}`);
    try {
      const words = policies.map((name) => `policy ${name} does not deny yet`);
      await expect.poll(() => fenceInForce(cluster, soon()), { timeout: 30_000 }).toEqual(words);
    } finally {
      for (const { metadata, ...rest } of kept) {
        const { name, labels } = metadata as { name: string; labels: object };
        await send(kubeconfig(), 'POST', bindings, { ...rest, metadata: { name, labels } });
      }
      await expect.poll(() => fenceInForce(cluster, soon()), { timeout: 30_000 }).toEqual([]);
    }
  });
});

describe('of its own namespace naas', () => {
  const LIST = 'naas-hostnames.fence.test';
  const list = (name: string, beforeMs = 30_000) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: SYSTEM_NAMESPACE,
      annotations: { [ANNOTATION.claimBefore]: new Date(worker.serverNowMs() + beforeMs).toISOString() },
    },
    data: { claims: 'naas claims 1 fence.test\n' },
  });
  const refTo = (name: string) =>
    ({
      system: 'kubernetes',
      cluster: 'c1',
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: SYSTEM_NAMESPACE,
      name,
    }) as const;
  const denied = (words: string) => ({ code: 'Forbidden', message: expect.stringMatching(`naas-fence.*${words}`) });

  it('writes the lists of hostnames', async () => {
    expect(await worker.create(list(LIST), soon())).toMatchObject({ outcome: 'created' });
    expect(await worker.merge(refTo(LIST), { data: { claims: 'naas claims 1 fence.test\n\n' } }, soon())).toMatchObject(
      {
        outcome: 'changed',
      },
    );
  });

  it('never deletes one', async () => {
    const live = await worker.read(refTo(LIST), soon());
    await expect(worker.remove(refTo(LIST), live?.metadata.uid ?? '', soon())).rejects.toMatchObject({
      code: 'Forbidden',
    });
    expect(await worker.read(refTo(LIST), soon())).toBeDefined();
  });

  it('makes none that comes late, or says no time', async () => {
    await expect(worker.create(list('naas-hostnames.late.test', -1_000), soon())).rejects.toMatchObject(
      denied('came too late'),
    );
    const { annotations: _, ...metadata } = list('naas-hostnames.late.test').metadata;
    await expect(worker.create({ ...list(''), metadata }, soon())).rejects.toMatchObject(denied('says no'));
  });

  it('writes nothing else', async () => {
    for (const name of ['naas-switch', 'naas-hostnames', 'naas-hostname.x.test', 'x.naas-hostnames.x.test'])
      await expect(worker.create(list(name), soon()), name).rejects.toMatchObject(denied('may not write configmaps'));
    const account = { ...list(LIST), kind: 'ServiceAccount', data: undefined };
    await expect(worker.create(account, soon())).rejects.toMatchObject(denied('may not write serviceaccounts'));
    const elsewhere = { ...list(LIST), metadata: { ...list(LIST).metadata, namespace: SPACES.free } };
    await expect(worker.create(elsewhere, soon())).rejects.toMatchObject(denied('may not write configmaps'));
  });
});
