// The shapes of the catalog's files, one schema a file. Bounds and forms only; what refers to what is checked in
// catalog-references.ts.
import { z } from 'zod';
import { gatewaySchema, quarantine, ttl } from './catalog-zones.ts';
import { parseCidr } from './cidr.ts';
import { DNS_LABEL } from './names.ts';
import { canonicalAmount, parseQuantity } from './quantities.ts';
import { TENANT_ROLES } from './roles.ts';
import { settleSubject } from './subjects.ts';

const name = z.string().regex(DNS_LABEL, 'use lower-case letters, digits and "-", at most 63 characters');
const text = z.string().min(1).max(500);
const minutes = z
  .int()
  .min(1)
  .max(60 * 24 * 90);
const seconds = z
  .int()
  .min(1)
  .max(60 * 60 * 24);

/** Kept in the one spelling that verified senders are compared in. */
const subject = z.string().transform((value, context) => {
  const settled = settleSubject(value);
  if ('subject' in settled) return settled.subject;
  context.issues.push({ code: 'custom', message: settled.why, input: value });
  return z.NEVER;
});
const people = z.strictObject({ users: z.array(subject).default([]), groups: z.array(subject).default([]) });

/** Kept as the API server prints it. */
const quantity = z.union([z.string(), z.int()]).transform((value, context) => {
  try {
    if (parseQuantity(String(value)).nanos < 0n) throw new Error(`"${value}" is negative`);
    return canonicalAmount(String(value));
  } catch (error) {
    context.issues.push({
      code: 'custom',
      message: error instanceof Error ? error.message : 'it is no quantity',
      input: value,
    });
    return z.NEVER;
  }
});
const quotaKey = z.string().regex(/^[a-z0-9][-a-z0-9./]*[a-z0-9]$/, 'use a quota key such as limits.cpu');
const cpuAndMemory = z.strictObject({ cpu: quantity, memory: quantity });

const cidrOf = (family: 4 | 6) =>
  z.string().check((context) => {
    const parsed = parseCidr(context.value);
    const why = 'why' in parsed ? parsed.why : parsed.family === family ? undefined : `it is no IPv${family} network`;
    if (why !== undefined) context.issues.push({ code: 'custom', message: why, input: context.value });
  });
const port = z.strictObject({ protocol: z.enum(['TCP', 'UDP', 'SCTP']), port: z.int().min(1).max(65_535) });

const money = z.strictObject({
  amount: z.string().regex(/^(0|[1-9]\d{0,11})(\.\d{1,4})?$/, 'write a decimal in quotes, such as "100"'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'use an ISO 4217 code such as GBP'),
});

export const tierSchema = z.strictObject({
  description: text,
  quota: z.record(quotaKey, quantity),
  /** What a request may ask instead, by key; a key that is not here cannot be changed. */
  quotaOverrides: z.record(quotaKey, z.strictObject({ minimum: quantity, maximum: quantity })).default({}),
  limits: z.strictObject({ default: cpuAndMemory, defaultRequest: cpuAndMemory }),
  monthlyCostLimit: money,
  lease: z.strictObject({ defaultDays: z.int().min(1).max(3650), maximumDays: z.int().min(1).max(3650) }),
});

const podSecurityLevel = z.enum(['privileged', 'baseline', 'restricted']);
const profile = z.enum(['isolated', 'team', 'open-egress']);

export const templateSchema = z.strictObject({
  description: text,
  podSecurity: z.strictObject({ enforce: podSecurityLevel, audit: podSecurityLevel, warn: podSecurityLevel }),
  network: z.strictObject({ defaultProfile: profile, allowedProfiles: z.array(profile).min(1) }),
  mesh: z.literal('none'),
  /** Tiers in which the template may be used. */
  tiers: z.array(name).min(1),
});

export const teamsSchema = z.record(
  name,
  z.strictObject({
    description: text,
    /** Whoever is in one of these is a member of the team. */
    groups: z.array(subject).min(1),
    leads: people,
    costCentre: z
      .string()
      .regex(/^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/, 'use letters, digits, "-", "_" and "."'),
    /** Absent: any project. */
    projects: z.array(name).min(1).optional(),
  }),
);

/** Who sits in a slot, said by role where possible, so that a change of people is no change of rules. */
const seats = z.strictObject({
  teamLeads: z.boolean().default(false),
  leadsOf: z.array(name).default([]),
  users: z.array(subject).default([]),
  groups: z.array(subject).default([]),
});
const slot = z.strictObject({ slot: name, why: text, people: seats, escalation: seats.prefault({}) });

export const approvalsSchema = z.strictObject({
  /** `signed`: a proof by a trusted key. `temporal`: access to Temporal is itself the proof, so that a sender's word counts. */
  trust: z.enum(['signed', 'temporal']).default('signed'),
  rules: z
    .array(
      z.strictObject({
        name,
        /** All that is named has to hold; nothing named holds always. */
        when: z.strictObject({
          tiers: z.array(name).optional(),
          templates: z.array(name).optional(),
          teams: z.array(name).optional(),
        }),
        slots: z.array(slot).max(10),
        remindAfterMinutes: minutes,
        escalateAfterMinutes: minutes,
        lapseAfterMinutes: minutes,
      }),
    )
    .min(1),
  ingressFromOtherTeam: z.strictObject({ why: text, escalation: seats.prefault({}) }),
});

export const SENDER_ROLES = ['member', 'owner', 'team-lead', 'operator'] as const;
export type SenderRole = (typeof SENDER_ROLES)[number];
const senders = z.array(z.enum(SENDER_ROLES)).min(1);
const RESPONSIBLE = ['owner', 'team-lead', 'operator'] as const;

const nameGlob = z
  .string()
  .regex(/^[-a-z0-9]*\*?$/, 'write a name, or the beginning of names and one "*"')
  .min(1);
const keyPattern = z
  .string()
  .regex(
    /^[A-Za-z0-9][-A-Za-z0-9_.]*(\/[-A-Za-z0-9_.]*)?$/,
    'write a key, or a prefix that ends in "/" (no "*" behind)',
  );

export const policySchema = z.strictObject({
  roles: z.strictObject({ admin: z.enum(TENANT_ROLES), developer: z.enum(TENANT_ROLES), viewer: z.enum(TENANT_ROLES) }),
  reservedNames: z.array(nameGlob),
  allowedLabels: z.array(keyPattern),
  allowedAnnotations: z.array(keyPattern),
  /** The shortest prefixes, that is the widest networks, that a request may name in `network.egressTo`. */
  egress: z.strictObject({ shortestPrefixV4: z.int().min(1).max(32), shortestPrefixV6: z.int().min(1).max(128) }),
  operators: people,
  rights: z.strictObject({
    /** Everybody owns what they submit, so `owner` would mean everybody here. */
    submit: z.array(z.enum(['member', 'team-lead', 'operator'])).min(1),
    change: senders.default([...RESPONSIBLE]),
    transfer: senders.default([...RESPONSIBLE]),
    teardown: senders,
    cancel: senders,
  }),
  timing: z.strictObject({
    // A claim that a killed worker left is repeated after 10 s and needs some for itself.
    stageTimeoutSeconds: seconds.min(30),
    heartbeatSeconds: seconds,
    blockedRetrySeconds: seconds,
    blockedRetryMaxSeconds: seconds,
    /** A week at most: longer would rather be a reserved name. */
    quarantineMinutes: z
      .int()
      .min(0)
      .max(60 * 24 * 7)
      .default(0),
    continueAsNewAfterEvents: z.int().min(20).max(10_000),
  }),
  /** Domains that teams bring along. */
  domains: z
    .strictObject({
      /** So long a registration waits for its proof. */
      proofDays: z.int().min(1).max(90).default(30),
      /** So long the names of a domain go on whose proof has gone. */
      graceDays: z.int().min(1).max(90).default(7),
      /** Of names below them. */
      ttlSeconds: z
        .strictObject({ default: ttl.default(300), minimum: ttl.default(1), maximum: ttl.default(86_400) })
        .prefault({}),
      /** A name below them rests so long after it was taken away, before another namespace gets it. */
      quarantineMinutes: quarantine,
      /** Where zones are made for names that teams hand over; absent: none are. In Azure DNS. */
      delegation: z.strictObject({ subscriptionId: text, resourceGroup: text }).optional(),
      /** Domains that are bought for a team: who approves, who buys, and by their endings what a year costs. Absent: none are. */
      purchase: z
        .strictObject({ approvers: people, buyers: people, prices: z.record(text, money).default({}) })
        .optional(),
      /** By zone, host:port each: asked instead of whom the zone's NS records name. */
      nameServers: z.record(text, z.array(text).min(1)).default({}),
    })
    .prefault({}),
  /** A bulk action that meets more than either stops before it begins. */
  brake: z
    .strictObject({
      maximumNamespaces: z.int().min(1).max(100_000).default(10),
      maximumPercent: z.int().min(1).max(100).default(20),
    })
    .prefault({}),
});

export const platformSchema = z.strictObject({
  podSecurityVersion: z.string().regex(/^v1\.\d{1,3}$/, 'pin a minor release such as v1.35'),
  dns: z.strictObject({
    namespace: name,
    podLabels: z
      .record(z.string(), z.string())
      .refine((labels) => Object.keys(labels).length > 0, 'name at least one label'),
  }),
  /** Who this installation is, in zones that others write as well. */
  installation: name.default('naas'),
  gatewayNamespace: name,
  /** Absent: no hostnames. */
  gateway: gatewaySchema.optional(),
  privateRanges: z.strictObject({ v4: z.array(cidrOf(4)).min(1), v6: z.array(cidrOf(6)).min(1) }),
  /** Addresses that hand out the platform's own credentials: no request opens them. */
  neverReachable: z.strictObject({ v4: z.array(cidrOf(4)), v6: z.array(cidrOf(6)) }),
  sharedServices: z.record(name, z.strictObject({ description: text, namespace: name, ports: z.array(port).min(1) })),
});
