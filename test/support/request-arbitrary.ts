// Requests for property tests. `goodRequests` resolve against the shipped catalog, nearly all of them; `anyRequests` fit
// the schema but name what may not exist; `hostileValues` are what nobody should send.

import type { NamespaceRequest } from '../../src/spec/request.ts';
import fc from './properties.ts';
import { shippedCatalog } from './shipped-catalog.ts';

const catalog = shippedCatalog();

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
const label = (maxLength: number) =>
  fc
    .tuple(
      fc.constantFrom(...letters.slice(0, 26)),
      fc.string({ unit: fc.constantFrom(...letters, '-'), maxLength: maxLength - 2 }),
      fc.constantFrom(...letters),
    )
    .map((parts) => parts.join(''));

const words = fc.constantFrom(
  'ledger',
  'cart',
  'checkout',
  "it's",
  '"quoted"',
  'yes',
  'Größe',
  '日本語',
  '#1',
  ': ',
  '{x}',
  '0o7',
  '~',
);
const sentence = fc.array(words, { minLength: 1, maxLength: 8 }).map((list) => list.join(' '));

const person = fc.oneof(
  fc.constantFrom('shop-developers', 'Shop Developers', 'payments-leads', '6f0c1d1e-8d2e-4b9b-9f53-0a52a2c2f0aa'),
  fc.emailAddress({ size: 'small' }),
  label(20),
);
const member = fc.oneof(
  person.map((group) => ({ group })),
  person.map((user) => ({ user })),
);
const members = fc.array(member, { maxLength: 4 });

const port = fc.record({
  protocol: fc.constantFrom('TCP' as const, 'UDP' as const, 'SCTP' as const),
  port: fc.integer({ min: 1, max: 65_535 }),
});
const byte = fc.nat({ max: 255 });
const network = fc.oneof(
  fc.tuple(byte, byte).map(([one, two]) => `10.${one}.${two}.0/24`),
  fc.tuple(byte, byte).map(([one, two]) => `203.0.${one}.${two}/32`),
  fc.integer({ min: 1, max: 0xffff }).map((group) => `2001:db8:${group.toString(16)}::/48`),
);
const egressTo = fc.array(fc.record({ cidr: network, ports: fc.array(port, { minLength: 1, maxLength: 4 }) }), {
  maxLength: 4,
});

/** Each namespace once: two owners of one are refused. */
const ingressFrom = fc.uniqueArray(
  fc.record(
    { namespace: label(30).map((name) => `y${name}`), team: fc.constantFrom(...Object.keys(catalog.teams)) },
    { requiredKeys: ['namespace'] },
  ),
  { maxLength: 3, selector: ({ namespace }) => namespace },
);

const labelValue = fc.oneof(label(63), fc.constantFrom('', 'A', 'v1.2_x', 'true', '12'));
const labelKey = label(20).map((name) => `example.com/${name}`);

/** Between the tier's minimum and maximum, in several notations. */
const overrides = fc.record(
  {
    'limits.cpu': fc.constantFrom<string | number>('500m', '1', 2, '1.5', '0.75', '2000m', '15e-1'),
    'limits.memory': fc.constantFrom<string | number>('512Mi', '1Gi', '1.5Gi', '4G', '2048Mi', 1_073_741_824),
    'requests.storage': fc.constantFrom<string | number>(0, '0', '10Gi', '10G', '1e10'),
    pods: fc.integer({ min: 1, max: 60 }),
  },
  { requiredKeys: [] },
);

export const goodRequests: fc.Arbitrary<NamespaceRequest> = fc.record(
  {
    apiVersion: fc.constant('naas.dev/v1' as const),
    kind: fc.constant('NamespaceRequest' as const),
    team: fc.constantFrom(...Object.keys(catalog.teams)),
    project: fc.constantFrom('ledger', 'checkout', 'fraud'),
    environment: label(12),
    name: label(40).map((name) => `x${name}`),
    template: fc.constant('standard'),
    tier: fc.constantFrom(...Object.keys(catalog.tiers)),
    purpose: sentence,
    costCentre: fc.constantFrom('CC-1', '4711', 'a.b_c'),
    members: fc.record({ admins: members, developers: members, viewers: members }, { requiredKeys: [] }),
    network: fc.record(
      {
        profile: fc.constantFrom('isolated' as const, 'team' as const, 'open-egress' as const),
        ingressFrom,
        egressTo,
        sharedServices: fc.subarray(Object.keys(catalog.platform.sharedServices)),
      },
      { requiredKeys: [] },
    ),
    labels: fc.dictionary(labelKey, labelValue, { maxKeys: 4 }),
    annotations: fc.dictionary(labelKey, sentence, { maxKeys: 4 }),
    leaseDays: fc.integer({ min: 1, max: 90 }),
    quota: overrides,
  },
  { requiredKeys: ['apiVersion', 'kind', 'team', 'project', 'environment', 'template', 'tier', 'purpose'] },
);

const someName = fc.oneof(
  label(63),
  fc.constantFrom('shop', 'dev', 'standard', 'constructor', 'default', 'kube-x', 'naas-y', 'a'.repeat(63)),
);

/** Each fits the schema; most name something that the catalog does not have, or ask for too much. */
export const anyRequests: fc.Arbitrary<NamespaceRequest> = fc
  .tuple(
    goodRequests,
    fc.record(
      {
        team: someName,
        project: someName,
        environment: someName,
        name: someName,
        template: someName,
        tier: someName,
        cluster: someName,
        leaseDays: fc.integer({ min: 1, max: 3650 }),
        labels: fc.dictionary(
          fc.oneof(
            label(20),
            fc.constantFrom('naas.dev/team', 'adopt.naas.dev/allow', 'pod-security.kubernetes.io/enforce'),
          ),
          labelValue,
          { maxKeys: 3 },
        ),
        quota: fc.dictionary(
          fc.constantFrom('limits.cpu', 'limits.memory', 'requests.nvidia.com/gpu', 'secrets'),
          fc.constantFrom<string | number>('1', '1000', '-1', '1Zi', '5n', 99, '1e40', '0.0000000001', ''),
          { maxKeys: 3 },
        ),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([request, changes]) => ({ ...request, ...changes }));

const key = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'team',
    'members',
    'network',
    'labels',
    'quota',
    'apiVersion',
    'kind',
  ),
  fc.string({ maxLength: 12 }),
);

export const hostileValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({
    key,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withObjectString: true,
    withSparseArray: true,
  }),
  fc
    .tuple(goodRequests, key, fc.anything({ maxDepth: 2 }))
    .map(([request, name, value]) => Object.defineProperty({ ...request }, name, { value, enumerable: true })),
  fc.jsonValue(),
);
