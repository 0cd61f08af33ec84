// The shapes of what the catalog says about names: the zones in which requests may name hosts, and the gateway that serves
// them. Forms only.
import { z } from 'zod';
import { GATEWAY_MODES } from './gateway-spec.ts';
import { canonicalHostname } from './hostnames.ts';
import { DNS_LABEL } from './names.ts';

const name = z.string().regex(DNS_LABEL, 'use lower-case letters, digits and "-", at most 63 characters');
const text = z.string().min(1).max(500);

/** In its canonical spelling, so that it is the same key for everybody. */
const zoneName = z.string().check((context) => {
  const result = canonicalHostname(context.value);
  const why =
    'why' in result
      ? result.why
      : result.name.startsWith('*')
        ? 'a zone is no wildcard'
        : result.name === context.value
          ? undefined
          : `write it as ${result.name}`;
  if (why !== undefined) context.issues.push({ code: 'custom', message: why, input: context.value });
});

/** host:port; a name server is asked there instead of where the zone's NS records say. */
const server = z.string().regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, 'write host:port, or [address]:port for IPv6');

const provider = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('azure-dns'), subscriptionId: text, resourceGroup: text }),
  z.strictObject({
    kind: z.literal('rfc2136'),
    /** The primary that takes updates; the key's name, algorithm and secret stand in the worker's key file. */
    server,
  }),
  /** Its records are written by external-dns from the routes; naas only waits for them. */
  z.strictObject({ kind: z.literal('external-dns') }),
]);

export const ttl = z.int().min(1).max(86_400);

/** Beyond the time for which caches know a name. */
export const quarantine = z
  .int()
  .min(0)
  .max(60 * 24 * 90)
  .default(60);

export const zonesSchema = z.record(
  zoneName,
  z.strictObject({
    description: text,
    provider,
    /** Absent: every team. */
    teams: z.array(name).min(1).optional(),
    /** Who may hold the zone's own name and the wildcard right below it, which would be every name that nobody else holds. */
    wholeZoneTeams: z.array(name).default([]),
    ttlSeconds: z.strictObject({ default: ttl, minimum: ttl, maximum: ttl }),
    quarantineMinutes: quarantine,
    nameServers: z.array(server).min(1).optional(),
    /** A resource of the provider that names follow instead of holding the gateway's addresses. */
    alias: text.optional(),
  }),
);

export const gatewaySchema = z.strictObject({
  /** The first that the cluster can do. */
  modes: z.array(z.enum(GATEWAY_MODES)).min(1),
  /** The shared Gateway, in `gatewayNamespace`. */
  name: name.optional(),
  sections: z.strictObject({ http: name.optional(), https: name.optional(), tls: name.optional() }).default({}),
  className: name.optional(),
  /** The namespace of the controller of that class; `gatewayNamespace` where it says nothing. */
  controlPlane: name.optional(),
  /** Of the controller, where it is Istio: some versions silently ignore what others serve. */
  istioVersion: z
    .string()
    .regex(/^\d+\.\d+/, 'write a version such as "1.31"')
    .optional(),
  /** Of the pods of Istio's classic ingress, and their Service. */
  istio: z
    .strictObject({
      selector: z.record(z.string(), z.string()).refine((labels) => Object.keys(labels).length > 0, 'name a label'),
      service: name,
      sharedCredential: name.optional(),
    })
    .optional(),
  /** What a hostname gets whose request says nothing. */
  tls: z.enum(['issued', 'shared', 'none']),
  issuer: z
    .strictObject({
      kind: z.enum(['Issuer', 'ClusterIssuer']),
      name,
      /** As CAA records name it; without, no CAA record is looked for. */
      caaDomains: z.array(text).default([]),
    })
    .optional(),
});
