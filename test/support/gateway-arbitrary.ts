// Generated gateway specs: hostnames of every length, all modes, protocols and ways of TLS. It judges nothing.
import { gatewayProblems } from '../../src/spec/gateway-problems.ts';
import {
  GATEWAY_PROTOCOLS,
  type GatewaySpec,
  type HostnameSpec,
  type HostnameTls,
} from '../../src/spec/gateway-spec.ts';
import fc from './properties.ts';

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const INNER = [...LETTERS, '-'];
const letters = (of: string[], maxLength: number) =>
  fc.array(fc.constantFrom(...of), { minLength: 0, maxLength }).map((each) => each.join(''));

const label = fc
  .tuple(fc.constantFrom(...LETTERS), letters(INNER, 61), fc.constantFrom(...LETTERS))
  .map(([first, inner, last]) => `${first}${inner}${last}`);

/** Canonical: at most 253 characters, wildcards among them. */
export const hostnames = fc
  .tuple(fc.boolean(), fc.array(label, { minLength: 1, maxLength: 4 }))
  .map(([wildcard, labels]) => [...(wildcard ? ['*'] : []), ...labels, 'example'].join('.'))
  .filter((name) => name.length <= 253);

const tls: fc.Arbitrary<HostnameTls> = fc.oneof(
  fc.constant<HostnameTls>('none'),
  fc.constant<HostnameTls>('shared'),
  fc.record({
    issuer: fc.record({ kind: fc.constantFrom('Issuer' as const, 'ClusterIssuer' as const), name: label }),
    secretName: label,
  }),
);

const hostname: fc.Arbitrary<HostnameSpec> = fc.record({
  name: hostnames,
  protocol: fc.constantFrom(...GATEWAY_PROTOCOLS),
  // RFC 1035: a Service's name begins with a letter.
  backend: fc.record({ service: label.map((name) => `s${name.slice(1)}`), port: fc.integer({ min: 1, max: 65_535 }) }),
  tls,
});

const common = {
  dns: fc.constantFrom('naas' as const, 'external-dns' as const),
  hostnames: fc.array(hostname, { maxLength: 8 }),
};
const section = { http: label, https: label, tls: label };
const gateway = fc.record({
  namespace: label,
  name: label,
  sections: fc.record(section, { requiredKeys: [] }),
});

/** Also such as no mode can give. */
export const anyGatewaySpecs: fc.Arbitrary<GatewaySpec> = fc.oneof(
  fc.record({ mode: fc.constantFrom('listener-set' as const, 'shared-listener' as const), gateway, ...common }),
  fc.record({ mode: fc.constant('own-gateway' as const), gatewayClassName: label, controlPlane: label, ...common }),
  fc.record(
    {
      mode: fc.constant('istio-classic' as const),
      selector: fc.dictionary(fc.constantFrom('istio', 'app'), label, { minKeys: 1 }),
      service: fc.record({ namespace: label, name: label }),
      sharedCredential: label,
      ...common,
    },
    { requiredKeys: ['mode', 'selector', 'service', 'dns', 'hostnames'] },
  ),
);

/** The hostnames that the mode cannot give are left out. */
export const gatewaySpecs: fc.Arbitrary<GatewaySpec> = anyGatewaySpecs.map((spec) => {
  const fit: HostnameSpec[] = [];
  for (const each of spec.hostnames) {
    if (gatewayProblems({ ...spec, hostnames: [...fit, each] }).length === 0) fit.push(each);
  }
  return { ...spec, hostnames: fit };
});
