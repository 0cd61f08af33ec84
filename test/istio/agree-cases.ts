// Situations of Gateways, ListenerSets and routes, and what naas has to read from them. Pure data: the same objects go to
// each controller. `NAMESPACE` in a name stands for a case's own.
import { createAuthority } from '../../src/local/certificates.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';

export interface AgreeCase {
  name: string;
  /** Applied one after the other, each when the one before was judged at least once; more than a second apart. */
  steps: KubernetesObject[][];
  /** What naas reads in the end, by `Kind/name`. */
  judged: Record<string, string>;
}

const GROUP = 'gateway.networking.k8s.io';
/** The namespace of the Gateway itself, of a tenant that may attach, and of one that may not. */
export const PLACES = ['home', 'tenant', 'stranger'] as const;
export type Place = (typeof PLACES)[number];

const SELECTED = { from: 'Selector', selector: { matchLabels: { place: 'tenant' } } };

interface Entry {
  name: string;
  hostname?: string;
  [field: string]: unknown;
}

function http(name: string, hostname: string, more: object = {}): Entry {
  return { name, hostname, port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'Same' } }, ...more };
}

function https(name: string, hostname: string, secret: string): Entry {
  const tls = { mode: 'Terminate', certificateRefs: [{ group: '', kind: 'Secret', name: secret }] };
  return http(name, hostname, { port: 443, protocol: 'HTTPS', tls });
}

const passthrough = (name: string, hostname: string): Entry =>
  http(name, hostname, { port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' } });

function gateway(...listeners: Entry[]): KubernetesObject {
  const spec = { allowedListeners: { namespaces: SELECTED }, listeners };
  return { apiVersion: `${GROUP}/v1`, kind: 'Gateway', metadata: { namespace: 'home', name: 'shared' }, spec };
}

function set(name: string, listeners: Entry[], namespace: Place = 'tenant'): KubernetesObject {
  const parentRef = { group: GROUP, kind: 'Gateway', namespace: 'home', name: 'shared' };
  const spec = { parentRef, listeners };
  return { apiVersion: `${GROUP}/v1`, kind: 'ListenerSet', metadata: { namespace, name }, spec };
}

interface RouteOptions {
  kind?: string;
  namespace?: Place;
  parent?: object;
  backend?: object;
}

/** On the shared Gateway where no parent is named. */
function route(name: string, hostname: string, options: RouteOptions = {}): KubernetesObject {
  const { kind = 'HTTPRoute', namespace = 'tenant', parent, backend = { name: 'web', port: 80 } } = options;
  const parentRef = parent ?? { group: GROUP, kind: 'Gateway', namespace: 'home', name: 'shared' };
  const spec = { parentRefs: [parentRef], hostnames: [hostname], rules: [{ backendRefs: [backend] }] };
  return { apiVersion: `${GROUP}/v1`, kind, metadata: { namespace, name }, spec };
}

const onSet = (name: string, sectionName: string): object => ({ group: GROUP, kind: 'ListenerSet', name, sectionName });

const web: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'tenant', name: 'web' },
  spec: { ports: [{ port: 80 }] },
};

/** Read by Istio; of the stand-ins the Certificate that would go into it counts. */
function issued(name: string, hostname: string): KubernetesObject[] {
  const hour = 3_600_000;
  const validity = { notBefore: new Date(Date.now() - hour), notAfter: new Date(Date.now() + hour) };
  const { certificate, key } = createAuthority(hostname, validity);
  const metadata = { namespace: 'tenant', name };
  const issuerRef = { kind: 'ClusterIssuer', name: 'nobody' };
  const spec = { secretName: name, dnsNames: [hostname], issuerRef };
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': certificate, 'tls.key': key },
    },
    { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata, spec },
  ];
}

const own = http('http', '*.own.test', { allowedRoutes: { namespaces: SELECTED } });

export const AGREE_CASES: readonly AgreeCase[] = [
  {
    name: 'all is well',
    steps: [
      [web, gateway(own), set('a', [http('one', 'a.test')]), route('a', 'a.test', { parent: onSet('a', 'one') })],
    ],
    judged: { 'Gateway/shared': 'ready', 'ListenerSet/a': 'ready', 'HTTPRoute/a': 'ready' },
  },
  {
    name: 'a missing backend',
    steps: [[gateway(own), route('a', 'a.own.test', { backend: { name: 'nobody', port: 80 } })]],
    judged: { 'Gateway/shared': 'ready', 'HTTPRoute/a': 'ready' },
  },
  {
    name: 'a backend in another namespace',
    steps: [[gateway(own), route('a', 'a.own.test', { backend: { name: 'web', namespace: 'home', port: 80 } })]],
    judged: { 'HTTPRoute/a': 'failed RefNotPermitted' },
  },
  {
    name: 'a hostname that no listener serves',
    steps: [[web, gateway(own), route('a', 'a.elsewhere.test'), route('b', 'own.test')]],
    judged: {
      'HTTPRoute/a': 'failed NoMatchingListenerHostname',
      'HTTPRoute/b': 'failed NoMatchingListenerHostname',
    },
  },
  {
    name: 'a route of a namespace that the listener does not take',
    steps: [[gateway(own), route('a', 'a.own.test', { namespace: 'stranger' })]],
    judged: { 'Gateway/shared': 'ready', 'HTTPRoute/a': 'failed NotAllowedByListeners' },
  },
  {
    name: 'a kind of route that the listener does not take',
    steps: [
      [
        web,
        gateway(own),
        set('a', [passthrough('one', 'a.test')]),
        route('a', 'a.test', { parent: onSet('a', 'one') }),
        route('b', 'a.test', { kind: 'TLSRoute', parent: onSet('a', 'one') }),
        route('c', 'c.own.test', { kind: 'GRPCRoute' }),
      ],
    ],
    judged: { 'HTTPRoute/a': 'failed NotAllowedByListeners', 'TLSRoute/b': 'ready', 'GRPCRoute/c': 'ready' },
  },
  {
    name: 'a listener that an older set has, though its name comes later',
    steps: [
      [web, gateway(own), set('z-older', [http('one', 'a.test')])],
      [
        set('b-younger', [http('one', 'a.test'), http('two', 'b.test')]),
        set('c-younger', [http('one', 'a.test')]),
        route('old', 'a.test', { parent: onSet('z-older', 'one') }),
        route('lost', 'a.test', { parent: onSet('b-younger', 'one') }),
        route('won', 'b.test', { parent: onSet('b-younger', 'two') }),
        route('lost-too', 'a.test', { parent: onSet('c-younger', 'one') }),
      ],
    ],
    judged: {
      'ListenerSet/z-older': 'ready',
      'ListenerSet/b-younger': 'failed HostnameConflict',
      'ListenerSet/c-younger': 'failed HostnameConflict',
      'HTTPRoute/old': 'ready',
      'HTTPRoute/lost': 'waiting NoMatchingParent',
      'HTTPRoute/won': 'ready',
    },
  },
  {
    name: 'a listener that the Gateway itself has',
    steps: [[gateway(own), set('a', [http('one', '*.own.test')])]],
    judged: { 'Gateway/shared': 'ready', 'ListenerSet/a': 'failed HostnameConflict' },
  },
  {
    name: 'the same hostname and port for two protocols',
    steps: [[gateway(own, passthrough('tls', 'a.test')), set('a', [https('one', 'a.test', 'secret')])]],
    judged: { 'Gateway/shared': 'ready', 'ListenerSet/a': 'failed ProtocolConflict' },
  },
  {
    name: 'a set of a namespace that the Gateway does not take',
    steps: [
      [
        gateway(own),
        set('a', [http('one', 'a.test')], 'stranger'),
        route('a', 'a.test', { namespace: 'stranger', parent: onSet('a', 'one') }),
      ],
    ],
    judged: { 'Gateway/shared': 'ready', 'ListenerSet/a': 'failed NotAllowed' },
  },
  {
    name: 'a listener that is not there',
    steps: [
      [web, gateway(own), set('a', [http('one', 'a.test')]), route('a', 'a.test', { parent: onSet('a', 'two') })],
    ],
    judged: { 'ListenerSet/a': 'ready', 'HTTPRoute/a': 'waiting NoMatchingParent' },
  },
  {
    name: 'a certificate that is not there',
    steps: [
      [
        web,
        gateway(own),
        set('a', [https('one', 'a.test', 'missing')]),
        set('b', [https('one', 'b.test', 'missing'), http('two', 'b.test')]),
        route('a', 'a.test', { parent: onSet('a', 'one') }),
        route('b', 'b.test', { parent: onSet('b', 'one') }),
      ],
    ],
    judged: {
      'Gateway/shared': 'ready',
      'ListenerSet/a': 'waiting InvalidCertificateRef',
      'ListenerSet/b': 'waiting InvalidCertificateRef',
    },
  },
  {
    name: 'a certificate that comes later',
    steps: [
      [
        web,
        gateway(own),
        set('a', [https('one', 'a.test', 'late')]),
        route('a', 'a.test', { parent: onSet('a', 'one') }),
      ],
      issued('late', 'a.test'),
    ],
    judged: { 'ListenerSet/a': 'ready', 'HTTPRoute/a': 'ready' },
  },
  {
    name: 'a kind of route that no listener of this protocol takes',
    steps: [
      [
        web,
        gateway(http('http', '*.own.test', { allowedRoutes: { namespaces: SELECTED, kinds: [{ kind: 'TLSRoute' }] } })),
        route('a', 'a.own.test'),
      ],
    ],
    judged: { 'Gateway/shared': 'failed InvalidRouteKinds', 'HTTPRoute/a': 'failed NotAllowedByListeners' },
  },
  {
    name: 'a Gateway without a valid listener',
    steps: [[web, gateway(https('https', '*.own.test', 'missing')), set('a', [http('one', 'a.test')])]],
    judged: { 'Gateway/shared': 'waiting InvalidCertificateRef' },
  },
  {
    name: 'a listener that is taken away again',
    steps: [
      [
        web,
        gateway(own),
        set('a', [http('one', 'a.test'), http('two', 'b.test')]),
        route('a', 'a.test', { parent: onSet('a', 'one') }),
        route('b', 'b.test', { parent: onSet('a', 'two') }),
      ],
      [set('a', [http('one', 'a.test')])],
    ],
    judged: { 'ListenerSet/a': 'ready', 'HTTPRoute/a': 'ready', 'HTTPRoute/b': 'waiting NoMatchingParent' },
  },
];
