// What a person may write: the schema of a NamespaceRequest, and the two ways in, parsed data and text. Bounds stand on
// every text, list and map. It asks no catalog: whether a team or tier exists, `resolve` says.
import { z } from 'zod';
import { parseCidr } from './cidr.ts';
import { NaasError } from './errors.ts';
import { canonicalHostname } from './hostnames.ts';
import { DNS_LABEL } from './names.ts';
import { notPlainData } from './plain-data.ts';
import { refuseAll } from './problem-list.ts';
import { problemsOf } from './schema-problems.ts';
import { settleSubject } from './subjects.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

const LABEL_RULE =
  'use lower-case letters, digits and "-", beginning and ending with a letter or digit, at most 63 characters';
const dnsLabel = z.string().max(63).regex(DNS_LABEL, LABEL_RULE);
/** One line of readable text: it ends in annotations, ConfigMaps and terminals. */
const line = (max: number) =>
  z
    .string()
    .max(max)
    .regex(
      /^[^\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u,
      'control characters and line breaks are not accepted',
    );

/** Kubernetes compares names byte by byte, so the spelling is kept; what could hide in it is refused. */
const person = z
  .string()
  .max(256)
  .check((context) => {
    const text = context.value;
    const settled = settleSubject(text);
    const why =
      'why' in settled
        ? settled.why
        : /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|^\s|\s$/u.test(text) || text.normalize('NFKC') !== text
          ? 'it holds invisible or ambiguous characters; write it in its plain form'
          : settled.subject.startsWith('system:')
            ? "names under system: are Kubernetes' own, not people"
            : undefined;
    if (why !== undefined) context.issues.push({ code: 'custom', message: why, input: text });
  });

const member = z
  .strictObject({ group: person.optional(), user: person.optional() })
  .refine((each) => (each.group === undefined) !== (each.user === undefined), {
    message: 'name exactly one of "group" and "user"',
  })
  .meta({ oneOf: [{ required: ['group'] }, { required: ['user'] }] });
const members = z.array(member).max(50).optional();

const cidr = z
  .string()
  .max(64)
  .check((context) => {
    const parsed = parseCidr(context.value);
    if ('why' in parsed) context.issues.push({ code: 'custom', message: parsed.why, input: context.value });
  });

const hostname = z
  .string()
  .max(1024)
  .check((context) => {
    const result = canonicalHostname(context.value);
    if ('why' in result) context.issues.push({ code: 'custom', message: result.why, input: context.value });
  });

const port = z.strictObject({
  protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
  port: z.int().min(1).max(65_535),
});

/** Kubernetes' qualified name: an optional DNS prefix and a name of at most 63 characters. */
const qualifiedName = z
  .string()
  .max(253 + 1 + 63)
  .regex(
    /^(?:(?=[^/]{1,253}\/)[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)*\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
    'use a name such as example.com/part, the part at most 63 characters',
  );
const labelValue = z
  .string()
  .max(63)
  .regex(
    /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/,
    'use letters, digits, "-", "_" and ".", beginning and ending with a letter or digit',
  );

const bounded = <Value extends z.ZodType>(key: z.ZodString, value: Value, most: number) =>
  z
    .record(key, value)
    .refine((record) => Object.keys(record).length <= most, `at most ${most} entries`)
    .meta({ maxProperties: most });

const quotaKey = z
  .string()
  .max(128)
  .regex(/^[a-z0-9][-a-z0-9./]*[a-z0-9]$/, 'use a quota key such as limits.cpu');
const quantityText = z.union([z.string().max(64), z.int().min(0)], {
  error: 'expected a quantity such as 4, 500m or 16Gi; put one with decimals in quotes',
});

const schema = z
  .strictObject({
    apiVersion: z.literal('naas.dev/v1'),
    kind: z.literal('NamespaceRequest'),
    team: dnsLabel.describe('A team of the catalog.'),
    project: dnsLabel.describe('What the namespace is part of.'),
    environment: dnsLabel.describe('Such as dev, staging or prod; free.'),
    name: dnsLabel.optional().describe('Default: <team>-<project>-<environment>.'),
    template: dnsLabel.default('standard').describe('A template of the catalog.'),
    tier: dnsLabel.describe('A tier of the catalog: quota, budget, lease.'),
    purpose: line(200).regex(/\S/, 'say what it is for').describe('What it is for, in one line; approvers read it.'),
    costCentre: z
      .string()
      .max(63)
      .regex(/^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/, 'use letters, digits, "-", "_" and "."')
      .optional()
      .describe("Default: the team's."),
    members: z.strictObject({ admins: members, developers: members, viewers: members }).optional(),
    network: z
      .strictObject({
        profile: z.enum(['isolated', 'team', 'open-egress']).optional().describe("Default: the template's."),
        ingressFrom: z
          .array(
            z.strictObject({
              namespace: dnsLabel,
              team: dnsLabel.optional().describe('Whose it is. Default: the team that requests.'),
            }),
          )
          .max(20)
          .optional(),
        egressTo: z
          .array(
            z
              .strictObject({
                cidr: cidr.optional(),
                namespace: dnsLabel.optional(),
                ports: z.array(port).min(1).max(20),
              })
              .refine((target) => (target.cidr === undefined) !== (target.namespace === undefined), {
                error: 'give either cidr or namespace',
              }),
          )
          .max(20)
          .optional(),
        sharedServices: z.array(dnsLabel).max(20).optional(),
      })
      .optional(),
    labels: bounded(qualifiedName, labelValue, 20).optional(),
    annotations: bounded(qualifiedName, line(1024), 20).optional(),
    leaseDays: z.int().min(1).max(3650).optional().describe("Default: the tier's."),
    quota: bounded(quotaKey, quantityText, 30).optional().describe("Overrides of the tier's quota, by key."),
    hostnames: z
      .array(
        z.strictObject({
          name: hostname.describe('In a zone of the catalog; `*` may stand for the first label.'),
          service: dnsLabel.optional().describe('The Service that it leads to. Default: the project.'),
          port: z.int().min(1).max(65_535).default(80).describe("The Service's port."),
          protocol: z.enum(['http', 'grpc', 'tls']).default('http').describe('tls goes through to the pods untouched.'),
          tls: z.enum(['issued', 'shared', 'none']).optional().describe("Default: the platform's."),
          ttlSeconds: z.int().min(1).max(86_400).optional().describe("Default: the zone's."),
          records: z
            .array(
              z.strictObject({
                type: z.enum(['TXT', 'CAA']),
                values: z.array(z.string().min(1).max(4096)).min(1).max(20),
                ttlSeconds: z.int().min(1).max(86_400).optional(),
              }),
            )
            .max(10)
            .optional()
            .describe('Beside its address.'),
        }),
      )
      .max(50)
      .optional()
      .describe('By which it is reached from outside.'),
    cluster: dnsLabel.optional().describe('Default: the one that is configured.'),
  })
  .meta({ title: 'NamespaceRequest' });

export type NamespaceRequest = z.output<typeof schema>;

/** JSON Schema (draft 2020-12) of what may be written. */
export function requestJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

/** Throws InvalidRequest with every problem at once. */
export function parseRequest(value: unknown): NamespaceRequest {
  return checked(value);
}

/** YAML 1.2 or JSON; problems carry the file, line and column. `source` is the file's name or "stdin". */
export function parseRequestText(text: string, source: string): NamespaceRequest {
  const document = readYaml(text, source);
  return checked(document.value, document.place);
}

function checked(value: unknown, place?: YamlSource['place']): NamespaceRequest {
  refuseAll(notPlainData(value, place));
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  refuseAll(
    problemsOf(result.error.issues, { jsonSchema: requestJsonSchema(), ...(place === undefined ? {} : { place }) }),
  );
  throw new NaasError({ code: 'InvalidRequest', message: 'the request does not fit its schema' });
}
