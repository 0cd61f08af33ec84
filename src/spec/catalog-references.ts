// What the catalog's files say about each other, held against each other: a rule that names nobody, a template for a tier
// that is not there. Finds every broken reference; changes nothing.
import type { Catalog, Seats } from './catalog.ts';
import { overlaps, parseCidr } from './cidr.ts';
import { nearest } from './nearest.ts';
import { compareQuantities, parseQuantity } from './quantities.ts';

export interface BrokenReference {
  /** Which file: `tiers/dev`, `approvals`. */
  file: string;
  path: (string | number)[];
  message: string;
}

type Check = (catalog: Catalog) => BrokenReference[];

const CHECKS: readonly Check[] = [
  tierNumbers,
  templateTiers,
  templateProfiles,
  ruleConditions,
  ruleSlots,
  ruleTimes,
  ruleCoverage,
  allowedKeys,
  timing,
  wholeRanges,
  openMetadata,
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

function ruleConditions({ approvals, tiers, templates, teams }: Catalog): BrokenReference[] {
  return approvals.rules.flatMap(({ when }, index) => [
    ...unknownAmong('approvals', ['rules', index, 'when', 'tiers'], 'tier', when.tiers ?? [], Object.keys(tiers)),
    ...unknownAmong(
      'approvals',
      ['rules', index, 'when', 'templates'],
      'template',
      when.templates ?? [],
      Object.keys(templates),
    ),
    ...unknownAmong('approvals', ['rules', index, 'when', 'teams'], 'team', when.teams ?? [], Object.keys(teams)),
  ]);
}

function ruleSlots(catalog: Catalog): BrokenReference[] {
  const { rules, ingressFromOtherTeam } = catalog.approvals;
  const inRules = rules.flatMap((rule, index) => {
    const names = rule.slots.map((slot) => slot.slot);
    const twice = names.filter((name, at) => names.indexOf(name) !== at);
    return [
      ...twice.map((name) => ({
        file: 'approvals',
        path: ['rules', index, 'slots'],
        message: `rule "${rule.name}" has two slots "${name}"`,
      })),
      ...rule.slots.flatMap((slot, at) => {
        const path = ['rules', index, 'slots', at];
        return [
          ...(isNobody(slot.people)
            ? [{ file: 'approvals', path, message: `nobody may fill slot "${slot.slot}"; name people` }]
            : []),
          ...unknownPeople(catalog, [...path, 'people'], slot.people),
          ...unknownPeople(catalog, [...path, 'escalation'], slot.escalation),
        ];
      }),
    ];
  });
  return [
    ...inRules,
    ...unknownPeople(catalog, ['ingressFromOtherTeam', 'escalation'], ingressFromOtherTeam.escalation),
  ];
}

/** A group that no team and no operator list knows is a spelling mistake that would leave a seat empty. */
function unknownPeople(catalog: Catalog, path: (string | number)[], seats: Seats): BrokenReference[] {
  const teams = Object.values(catalog.teams);
  const groups = [
    ...teams.flatMap((team) => [...team.groups, ...team.leads.groups]),
    ...catalog.policy.operators.groups,
  ];
  return [
    ...unknownAmong('approvals', [...path, 'groups'], 'group', seats.groups, [...new Set(groups)]),
    ...unknownAmong('approvals', [...path, 'leadsOf'], 'team', seats.leadsOf, Object.keys(catalog.teams)),
  ];
}

function ruleTimes({ approvals }: Catalog): BrokenReference[] {
  return approvals.rules.flatMap((rule, index) =>
    rule.remindAfterMinutes < rule.escalateAfterMinutes && rule.escalateAfterMinutes < rule.lapseAfterMinutes
      ? []
      : [
          {
            file: 'approvals',
            path: ['rules', index],
            message: `rule "${rule.name}": a reminder comes before the escalation, the escalation before the lapse`,
          },
        ],
  );
}

/** Each tier needs a rule without further conditions, or some request would meet none. */
function ruleCoverage({ approvals, tiers }: Catalog): BrokenReference[] {
  return Object.keys(tiers)
    .filter(
      (tier) =>
        !approvals.rules.some(
          ({ when }) =>
            (when.tiers?.includes(tier) ?? true) && when.templates === undefined && when.teams === undefined,
        ),
    )
    .map((tier) => ({ file: 'approvals', path: ['rules'], message: `no rule covers every request of tier "${tier}"` }));
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

function covers(outer: string, inner: string): boolean {
  const [wide, narrow] = [parseCidr(outer), parseCidr(inner)];
  return !('why' in wide) && !('why' in narrow) && wide.prefix <= narrow.prefix && overlaps(wide, narrow);
}

function unknownAmong(
  file: string,
  path: (string | number)[],
  what: string,
  named: readonly string[],
  known: readonly string[],
): BrokenReference[] {
  return named.flatMap((name, index) => {
    if (known.includes(name)) return [];
    const meant = nearest(name, known);
    return [
      {
        file,
        path: [...path, index],
        message: `${what} "${name}" is not known; ${meant === undefined ? `known are ${known.join(', ')}` : `did you mean "${meant}"?`}`,
      },
    ];
  });
}

function isNobody(seats: Seats): boolean {
  return !seats.teamLeads && seats.leadsOf.length + seats.users.length + seats.groups.length === 0;
}

function isBelow(left: string, right: string): boolean {
  return compareQuantities(parseQuantity(left), parseQuantity(right)) < 0;
}
