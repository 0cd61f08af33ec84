// What the catalog's files say about each other, held against each other: a template for a tier that is not there, a
// service in a namespace that anybody may request. Finds every broken reference; changes nothing.
import type { Catalog } from './catalog.ts';
import { brokenApprovals } from './catalog-approvals.ts';
import { type BrokenReference, unknownAmong } from './catalog-problem.ts';
import { overlaps, parseCidr } from './cidr.ts';
import { compareQuantities, parseQuantity } from './quantities.ts';
import { reservedBy } from './resolve-problems.ts';

type Check = (catalog: Catalog) => BrokenReference[];

const CHECKS: readonly Check[] = [
  tierNumbers,
  templateTiers,
  templateProfiles,
  brokenApprovals,
  allowedKeys,
  timing,
  wholeRanges,
  openMetadata,
  platformNames,
];

export function brokenReferences(catalog: Catalog): BrokenReference[] {
  return CHECKS.flatMap((check) => check(catalog));
}

function tierNumbers({ tiers }: Catalog): BrokenReference[] {
  return Object.entries(tiers).flatMap(([name, tier]) => {
    const file = `tiers/${name}`;
    const found: BrokenReference[] = [];
    if (tier.lease.defaultDays > tier.lease.maximumDays) {
      found.push({
        file,
        path: ['lease', 'defaultDays'],
        message: `${tier.lease.defaultDays} days are more than the maximum of ${tier.lease.maximumDays}`,
      });
    }
    for (const [key, { minimum, maximum }] of Object.entries(tier.quotaOverrides)) {
      const own = tier.quota[key];
      const path = ['quotaOverrides', key];
      if (own === undefined) found.push({ file, path, message: `"${key}" is no key of this tier's quota` });
      else if (isBelow(own, minimum) || isBelow(maximum, own))
        found.push({ file, path, message: `the tier's own ${own} is not between ${minimum} and ${maximum}` });
    }
    for (const resource of ['cpu', 'memory'] as const) {
      const { default: limit, defaultRequest: request } = tier.limits;
      if (isBelow(limit[resource], request[resource])) {
        found.push({
          file,
          path: ['limits', 'defaultRequest', resource],
          message: `the default request ${request[resource]} is above the default limit ${limit[resource]}`,
        });
      }
    }
    return found;
  });
}

function templateTiers({ templates, tiers }: Catalog): BrokenReference[] {
  return Object.entries(templates).flatMap(([name, template]) =>
    unknownAmong(`templates/${name}`, ['tiers'], 'tier', template.tiers, Object.keys(tiers)),
  );
}

function templateProfiles({ templates }: Catalog): BrokenReference[] {
  return Object.entries(templates)
    .filter(([, { network }]) => !network.allowedProfiles.includes(network.defaultProfile))
    .map(([name, { network }]) => ({
      file: `templates/${name}`,
      path: ['network', 'defaultProfile'],
      message: `the default profile "${network.defaultProfile}" is not among the allowed ones: ${network.allowedProfiles.join(', ')}`,
    }));
}

/** What an admission policy keeps for naas, the API server or Pod Security can never be a tenant's to set. */
const KEPT_KEYS = /^([^/]*\.)?(naas\.dev|kubernetes\.io|k8s\.io)(\/|$)/;

function allowedKeys({ policy }: Catalog): BrokenReference[] {
  return (['allowedLabels', 'allowedAnnotations'] as const).flatMap((list) =>
    policy[list].flatMap((pattern, index) =>
      // `app.kubernetes.io/` is the recommended set of labels for applications; nothing decides by it.
      KEPT_KEYS.test(pattern) && !pattern.startsWith('app.kubernetes.io/')
        ? [
            {
              file: 'policy',
              path: [list, index],
              message: `"${pattern}" is kept for naas or Kubernetes; it cannot be allowed to requests`,
            },
          ]
        : [],
    ),
  );
}

function timing({ policy }: Catalog): BrokenReference[] {
  const { blockedRetrySeconds, blockedRetryMaxSeconds, heartbeatSeconds, stageTimeoutSeconds } = policy.timing;
  return [
    ...(blockedRetrySeconds > blockedRetryMaxSeconds
      ? [
          {
            file: 'policy',
            path: ['timing', 'blockedRetrySeconds'],
            message: `the first pause of ${blockedRetrySeconds} s is above the longest of ${blockedRetryMaxSeconds} s`,
          },
        ]
      : []),
    ...(heartbeatSeconds >= stageTimeoutSeconds
      ? [
          {
            file: 'policy',
            path: ['timing', 'heartbeatSeconds'],
            message: `a heartbeat of ${heartbeatSeconds} s says nothing within a stage of ${stageTimeoutSeconds} s`,
          },
        ]
      : []),
  ];
}

/** NetworkPolicy takes an exception only strictly inside its network. */
function wholeRanges({ platform }: Catalog): BrokenReference[] {
  return (['v4', 'v6'] as const).flatMap((family) =>
    platform.privateRanges[family].flatMap((range, index) => {
      const parsed = parseCidr(range);
      const whole = !('why' in parsed) && parsed.prefix === 0;
      return whole
        ? [
            {
              file: 'platform',
              path: ['privateRanges', family, index],
              message: `"${range}" is every address, which leaves no internet`,
            },
          ]
        : [];
    }),
  );
}

/** What no request may open must not be open to everybody either. */
function openMetadata({ platform }: Catalog): BrokenReference[] {
  return (['v4', 'v6'] as const).flatMap((family) =>
    platform.neverReachable[family].flatMap((address, index) =>
      platform.privateRanges[family].some((range) => covers(range, address))
        ? []
        : [
            {
              file: 'platform',
              path: ['neverReachable', family, index],
              message: `"${address}" lies in none of privateRanges.${family}, so that open egress would reach it`,
            },
          ],
    ),
  );
}

/** Policies let these in by name, so whoever got the name would be let in. */
function platformNames({ platform, policy }: Catalog): BrokenReference[] {
  const names: [path: string[], namespace: string][] = [
    [['dns', 'namespace'], platform.dns.namespace],
    [['gatewayNamespace'], platform.gatewayNamespace],
    ...Object.entries(platform.sharedServices).map(([name, { namespace }]): [string[], string] => [
      ['sharedServices', name, 'namespace'],
      namespace,
    ]),
  ];
  return names
    .filter(([, namespace]) => reservedBy(namespace, policy) === undefined)
    .map(([path, namespace]) => ({
      file: 'platform',
      path,
      message: `every namespace lets "${namespace}" in, but a request could take that name; add it to reservedNames of policy.yaml`,
    }));
}

function covers(outer: string, inner: string): boolean {
  const [wide, narrow] = [parseCidr(outer), parseCidr(inner)];
  return !('why' in wide) && !('why' in narrow) && wide.prefix <= narrow.prefix && overlaps(wide, narrow);
}

function isBelow(left: string, right: string): boolean {
  return compareQuantities(parseQuantity(left), parseQuantity(right)) < 0;
}
