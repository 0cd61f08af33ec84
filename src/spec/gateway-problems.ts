// What a GatewaySpec asks for that its mode cannot give. Pure; a spec without problems has a plan that an API server takes.
import type { Problem } from './errors.ts';
import type { GatewayMode, GatewaySpec, HostnameSpec } from './gateway-spec.ts';
import { hostnameObject } from './route-names.ts';

/** Gateway API: of one Gateway, and of one ListenerSet. */
export const MAX_LISTENERS = 64;

export function gatewayProblems(spec: GatewaySpec): Problem[] {
  return [
    ...tooMany(spec),
    ...repeated(spec.hostnames),
    ...spec.hostnames.flatMap((hostname, index) => tlsProblems(spec, hostname, index)),
  ];
}

const LOAD_BALANCERS = 'services.loadbalancers';

/** A Gateway of its own is a Service of type LoadBalancer in the namespace, which a quota of none denies to its controller. */
export function loadBalancerProblems(
  { mode }: GatewaySpec,
  { tier, quota }: { tier: string; quota: Readonly<Record<string, string>> },
): Problem[] {
  if (mode !== 'own-gateway' || quota[LOAD_BALANCERS] !== '0') return [];
  const message = `hostnames: in mode own-gateway a namespace has a load balancer of its own, and tier ${tier} allows none (${LOAD_BALANCERS}); choose another tier`;
  return [problem('hostnames', message)];
}

function tooMany({ mode, hostnames }: GatewaySpec): Problem[] {
  const limited = mode === 'listener-set' || mode === 'own-gateway';
  if (!limited || hostnames.length <= MAX_LISTENERS) return [];
  const message = `${hostnames.length} hostnames: in mode ${mode} a namespace has at most ${MAX_LISTENERS}, a listener each; use a wildcard, or a second namespace`;
  return [problem('hostnames', message)];
}

/** Tells of the second and every further one. */
function repeated(hostnames: readonly HostnameSpec[]): Problem[] {
  const names = new Set<string>();
  const objects = new Map<string, string>();
  const secrets = new Map<string, string>();
  return hostnames.flatMap((hostname, index) => {
    const { name, tls } = hostname;
    const at = `hostnames[${index}]`;
    // Whatever is named twice shares everything else as well: that is said once.
    if (names.has(name)) return [problem(`${at}.name`, `${name} is named twice`)];
    names.add(name);
    const found: Problem[] = [];
    const object = taken(objects, hostnameObject(name), name);
    if (object !== undefined) {
      found.push(problem(`${at}.name`, `${name} would have the object name of ${object}; leave one of them out`));
    }
    const secret = typeof tls === 'object' ? taken(secrets, tls.secretName, name) : undefined;
    if (secret !== undefined) {
      found.push(problem(`${at}.tls.secretName`, `${name} would keep its certificate in the Secret of ${secret}`));
    }
    return found;
  });
}

/** Whose it is already; else it is this one's from now on. */
function taken(owners: Map<string, string>, key: string, name: string): string | undefined {
  const owner = owners.get(key);
  if (owner === undefined) owners.set(key, name);
  return owner;
}

function problem(field: string, message: string): Problem {
  return { code: 'InvalidRequest', field, message };
}

function tlsProblems(spec: GatewaySpec, hostname: HostnameSpec, index: number): Problem[] {
  const why = refusedTls(spec, hostname);
  if (why === undefined) return [];
  return [problem(`hostnames[${index}].tls`, `${hostname.name}: ${why}`)];
}

function refusedTls(spec: GatewaySpec, { protocol, tls }: HostnameSpec): string | undefined {
  if (protocol === 'tls' && tls === 'shared') {
    return 'protocol tls goes through the gateway untouched, so its certificate cannot be the shared one; use none, or an issuer for the pods';
  }
  if (typeof tls === 'object') {
    return OWN_CERTIFICATES[spec.mode]
      ? undefined
      : `in mode ${spec.mode} the gateway reads no certificate of the namespace; use shared or none`;
  }
  if (tls === 'shared' && spec.mode === 'own-gateway')
    return 'a Gateway of its own has no shared certificate; name an issuer';
  if (tls === 'shared' && spec.mode === 'istio-classic' && spec.sharedCredential === undefined) {
    return 'the configuration names no shared certificate (sharedCredential)';
  }
  return undefined;
}

/** Whether the gateway's pods read a Secret from the tenant's namespace. Istio's classic Gateway reads only their own. */
const OWN_CERTIFICATES: Readonly<Record<GatewayMode, boolean>> = {
  'listener-set': true,
  'own-gateway': true,
  'shared-listener': false,
  'istio-classic': false,
};
