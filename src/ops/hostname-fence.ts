// Which hostnames an object may name: those that naas has given its namespace, and never all of them. Pure data. It holds for
// everybody and in every namespace, because a gateway asks nobody whose a name is: the older object wins.
import type { KubernetesObject } from '../plan/plan.ts';
import { ANNOTATION, HOSTNAMES_REFUSED, LABEL, SYSTEM_NAMESPACE } from '../spec/names.ts';
import { bound, metadataValue, policy, quoted, rule } from './admission-policy.ts';

/** Set by an administrator on a namespace that is not naas's and may name any host, such as the platform's own ingress. */
const ANY_HOSTNAME = 'hostnames.naas.dev/any';

/** The one object outside of all this that each policy judges: a dry run of it shows that the policy is in force. */
const PROBE_NAME = 'naas-probe';
const PROBE_HOST = 'probe.invalid';

interface Named {
  policy: string;
  group: string;
  versions: string[];
  resource: string;
  /** CEL: the names in an object, with an empty one for "every name". */
  names(object: string): string;
  /** A platform's own Gateways serve whatever they like; the others name hosts that somebody may have. */
  everywhere: boolean;
  probe: { kind: string; spec: object };
}

const GATEWAY_API = 'gateway.networking.k8s.io';
const ISTIO = 'networking.istio.io';
const orEvery = (names: string): string => `(${names}.size() == 0 ? [''] : ${names})`;
const ofRoute = (object: string): string => orEvery(`${object}.spec.?hostnames.orValue([])`);
const ofListeners = (object: string): string =>
  `${object}.spec.?listeners.orValue([]).map(each, each.?hostname.orValue(''))`;
/** A VirtualService without a gateway is about calls inside the mesh. */
const ofVirtualService = (object: string): string =>
  `(${object}.spec.?gateways.orValue([]).exists(each, each != 'mesh') ? ${orEvery(`${object}.spec.?hosts.orValue([])`)} : [])`;
/** Written as namespace/host or as host alone. */
const ofServers = (object: string): string =>
  `${object}.spec.?servers.orValue([]).map(server, ${orEvery('server.?hosts.orValue([])')}.map(each, each.contains('/') ? each.split('/')[1] : each)).flatten()`;
const ofIngress = (object: string): string =>
  `${object}.spec.?rules.orValue([]).map(each, each.?host.orValue('')) + ${object}.spec.?tls.orValue([]).map(each, ${orEvery('each.?hosts.orValue([])')}).flatten() + (has(${object}.spec.defaultBackend) ? [''] : [])`;

const listeners = [{ name: 'probe', port: 80, protocol: 'HTTP', hostname: PROBE_HOST }];

const NAMED: readonly Named[] = [
  ...['HTTPRoute', 'GRPCRoute', 'TLSRoute'].map((kind) => ({
    policy: `naas-hostnames-${kind.toLowerCase()}s`,
    group: GATEWAY_API,
    versions: ['*'],
    resource: `${kind.toLowerCase()}s`,
    names: ofRoute,
    everywhere: true,
    probe: {
      kind,
      spec: { hostnames: [PROBE_HOST], rules: [{ backendRefs: [{ name: 'probe', port: 80 }] }] },
    },
  })),
  {
    policy: 'naas-hostnames-listenersets',
    group: GATEWAY_API,
    versions: ['*'],
    resource: 'listenersets',
    names: ofListeners,
    everywhere: true,
    probe: { kind: 'ListenerSet', spec: { parentRef: { name: 'probe' }, listeners } },
  },
  {
    policy: 'naas-hostnames-gateways',
    group: GATEWAY_API,
    versions: ['*'],
    resource: 'gateways',
    names: ofListeners,
    everywhere: false,
    probe: { kind: 'Gateway', spec: { gatewayClassName: 'probe', listeners } },
  },
  {
    policy: 'naas-hostnames-ingresses',
    group: 'networking.k8s.io',
    versions: ['v1'],
    resource: 'ingresses',
    names: ofIngress,
    everywhere: true,
    probe: {
      kind: 'Ingress',
      spec: { rules: [{ host: PROBE_HOST }], defaultBackend: { service: { name: 'probe', port: { number: 80 } } } },
    },
  },
  {
    policy: 'naas-hostnames-virtualservices',
    group: ISTIO,
    versions: ['*'],
    resource: 'virtualservices',
    names: ofVirtualService,
    everywhere: true,
    probe: { kind: 'VirtualService', spec: { hosts: [PROBE_HOST], gateways: ['probe'] } },
  },
  {
    policy: 'naas-hostnames-istio-gateways',
    group: ISTIO,
    versions: ['*'],
    resource: 'gateways',
    names: ofServers,
    everywhere: false,
    probe: {
      kind: 'Gateway',
      spec: { servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [PROBE_HOST] }] },
    },
  },
];

function hostnamePolicy({ policy: name, group, versions, resource, names, everywhere }: Named): KubernetesObject {
  const isManaged = `${quoted(LABEL.incarnation)} in namespaceObject.metadata.?labels.orValue({})`;
  const isExempt = `${metadataValue('namespaceObject', 'labels', ANY_HOSTNAME)} == 'true'`;
  const isProbe = `(request.namespace == ${quoted(SYSTEM_NAMESPACE)} && object.metadata.?name.orValue('') == ${quoted(PROBE_NAME)})`;
  return policy(name, {
    matchConstraints: { resourceRules: [rule([group], versions, [resource], ['CREATE', 'UPDATE'])] },
    variables: [
      {
        name: 'isGoverned',
        expression: `${isProbe} || ${everywhere ? `${isManaged} || !(${isExempt})` : isManaged}`,
      },
      { name: 'names', expression: names('object') },
      { name: 'before', expression: `request.operation == 'UPDATE' ? ${names('oldObject')} : []` },
      {
        name: 'given',
        expression: `${metadataValue('namespaceObject', 'annotations', ANNOTATION.hostnames)}.split(',').filter(each, each != '')`,
      },
      {
        // What stands there from before passes where nobody manages it, so that labels change as ever; and on what is on its way
        // out, which could not lose its finalizers otherwise.
        name: 'kept',
        expression: `!(${isManaged}) || has(object.metadata.deletionTimestamp) ? variables.before : []`,
      },
      {
        name: 'refused',
        expression: `variables.names.filter(each, !(each in variables.kept) && !variables.given.exists(own, each == own || (own.startsWith('*.') && each.endsWith(own.substring(1)))))`,
      },
    ],
    validations: [
      {
        expression: '!variables.isGoverned || variables.refused.size() == 0',
        reason: 'Forbidden',
        messageExpression: `'${HOSTNAMES_REFUSED} ' + request.namespace + ' may not name ' + (variables.refused[0] == '' ? 'every host' : variables.refused.join(', ')) + ': naas has given it ' + (variables.given.size() == 0 ? 'no hostname' : variables.given.join(', ')) + '; request the name first'`,
      },
    ],
  });
}

export function hostnameFence(): KubernetesObject[] {
  return NAMED.map(hostnamePolicy).flatMap(bound);
}

/** By policy, an object that it denies; in a dry run, on a cluster that knows the kind. */
export const HOSTNAME_PROBES: Record<string, KubernetesObject> = Object.fromEntries(
  NAMED.map(({ policy: name, group, probe: { kind, spec } }) => [
    name,
    {
      apiVersion: `${group}/v1`,
      kind,
      metadata: { name: PROBE_NAME, namespace: SYSTEM_NAMESPACE },
      spec,
    },
  ]),
);
