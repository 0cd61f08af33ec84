// A second look at what a plan holds, written by hand and on purpose not from src: which kinds, names, fields, roles and
// subjects may stand in any plan made with the shipped catalog. It finds; it changes nothing.
import type { KubernetesObject } from '../../src/plan/plan.ts';

const OBJECTS: Readonly<Record<string, { names: RegExp; fields: readonly string[] }>> = {
  'v1 Namespace': { names: /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, fields: [] },
  'v1 LimitRange': { names: /^naas-limits$/, fields: ['spec'] },
  'v1 ResourceQuota': { names: /^naas-quota$/, fields: ['spec'] },
  'v1 ServiceAccount': { names: /^naas-app$/, fields: ['automountServiceAccountToken'] },
  'v1 ConfigMap': { names: /^naas-information$/, fields: ['data'] },
  'networking.k8s.io/v1 NetworkPolicy': {
    names:
      /^naas-(default-deny|allow-(namespace|team|dns|gateway|shared-services|https-egress|internet-egress|ingress-from|egress-to))$/,
    fields: ['spec'],
  },
  'rbac.authorization.k8s.io/v1 RoleBinding': {
    names: /^naas-(admins|developers|viewers)$/,
    fields: ['roleRef', 'subjects'],
  },
};

const RESERVED =
  /^(default|kube-.*|naas(-.*)?|openshift-.*|istio-.*|shared-.*|cert-manager|external-secrets|kyverno|monitoring|velero|(capsule|crossplane|flux|gatekeeper|gateway|trivy)-system)$/;
const OWN_LABELS = /^naas\.dev\/(team|project|environment|tier|template)$/;
const FREE_KEYS = /^(app\.kubernetes\.io|example\.com)\//;
const POD_SECURITY: Readonly<Record<string, string>> = {
  enforce: 'baseline',
  audit: 'restricted',
  warn: 'restricted',
};
const ROLES: Readonly<Record<string, string>> = {
  'naas-admins': 'tenant-admin',
  'naas-developers': 'tenant-developer',
  'naas-viewers': 'tenant-viewer',
};
/** Nothing of a plan is read by anybody who expects these. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
/** A request of full size gives about a third. */
const MOST_BYTES = 120_000;

export function strangeObjects(namespace: string, objects: readonly KubernetesObject[]): string[] {
  const size = JSON.stringify(objects).length;
  return [
    ...(RESERVED.test(namespace) ? [`the namespace is ${namespace}`] : []),
    ...(size > MOST_BYTES ? [`the plan has ${size} bytes`] : []),
    ...objects.flatMap((object) =>
      strange(namespace, object).map((why) => `${object.kind} ${object.metadata.name}: ${why}`),
    ),
  ];
}

function strange(namespace: string, object: KubernetesObject): string[] {
  const { apiVersion, kind, metadata, ...fields } = object;
  const allowed = OBJECTS[`${apiVersion} ${kind}`];
  if (allowed === undefined) return ['it is of another kind'];
  const isNamespace = kind === 'Namespace';
  const place = isNamespace
    ? metadata.name === namespace && !('namespace' in metadata)
    : metadata.namespace === namespace;
  return [
    ...(place ? [] : ['it is somewhere else']),
    ...(allowed.names.test(metadata.name) ? [] : ['it has another name']),
    ...Object.keys(fields)
      .filter((field) => !allowed.fields.includes(field))
      .map((field) => `it has a field ${field}`),
    ...Object.keys(metadata)
      .filter((field) => !['name', 'namespace', 'labels', 'annotations'].includes(field))
      .map((field) => `it has metadata ${field}`),
    ...strangeKeys(isNamespace, metadata),
    ...strangeGrant(object),
    ...strangeTraffic(object),
    ...(kind === 'ServiceAccount' && fields['automountServiceAccountToken'] !== false ? ['it mounts a token'] : []),
    ...unprintable(object),
    ...(JSON.stringify(JSON.parse(JSON.stringify(object))) === JSON.stringify(object) ? [] : ['it is no JSON']),
  ];
}

function strangeKeys(isNamespace: boolean, { labels = {}, annotations = {} }: KubernetesObject['metadata']): string[] {
  return [
    ...Object.entries(labels).flatMap(([key, value]) => {
      if (OWN_LABELS.test(key)) return [];
      if (!isNamespace) return [`it has a label ${key}`];
      const [, mode = '', version] = /^pod-security\.kubernetes\.io\/([a-z]+)(-version)?$/.exec(key) ?? [];
      if (mode !== '')
        return value === (version === undefined ? POD_SECURITY[mode] : 'v1.35') ? [] : [`${key} is ${value}`];
      return FREE_KEYS.test(key) ? [] : [`it has a label ${key}`];
    }),
    ...Object.keys(annotations)
      .filter((key) => !isNamespace || !FREE_KEYS.test(key))
      .map((key) => `it has an annotation ${key}`),
  ];
}

function strangeGrant(object: KubernetesObject): string[] {
  if (object.kind !== 'RoleBinding') return [];
  const role = object['roleRef'] as { kind: string; name: string };
  const subjects = object['subjects'] as { kind: string; name: string }[];
  return [
    ...(role.kind === 'ClusterRole' && role.name === ROLES[object.metadata.name] ? [] : [`it binds ${role.name}`]),
    ...subjects.flatMap(({ kind, name }) => [
      ...(kind === 'User' || kind === 'Group' ? [] : [`it binds a ${kind}`]),
      ...(/^[\s\p{C}]*system:/iu.test(name.normalize('NFKC')) ? [`it binds ${name}`] : []),
      ...(name === '' || /[\p{C}]/u.test(name) ? [`it binds somebody unseen: ${JSON.stringify(name)}`] : []),
    ]),
  ];
}

/** The metadata services of every cloud, however they are written. */
const CREDENTIALS = [/^169\.254\./, /^127\./, /^168\.63\.129\.16/, /^100\.100\.100\.200/, /^192\.0\.0\.192/, /^::1?\//];
const CREDENTIALS_V6 = [/^fe[89ab]/, /^64:ff9b::/, /^fd00:ec2::254/, /^fd20:ce::254/, /^::ffff:/];

function strangeTraffic(object: KubernetesObject): string[] {
  if (object.kind !== 'NetworkPolicy') return [];
  const blocks = JSON.stringify(object['spec']).matchAll(/"ipBlock":(\{[^}]*\})/g);
  return [...blocks].flatMap(([, text = '{}']): string[] => {
    const { cidr, except = [] } = JSON.parse(text) as { cidr: string; except?: string[] };
    if (cidr === '0.0.0.0/0') return except.includes('169.254.0.0/16') ? [] : [`${cidr} without exceptions`];
    if (cidr === '::/0') return except.includes('fe80::/10') ? [] : [`${cidr} without exceptions`];
    const wide = Number(cidr.split('/')[1]) < (cidr.includes(':') ? 48 : 16);
    return wide || [...CREDENTIALS, ...CREDENTIALS_V6].some((range) => range.test(cidr)) ? [`it opens ${cidr}`] : [];
  });
}

function unprintable(value: unknown): string[] {
  if (typeof value === 'string') return UNPRINTABLE.test(value) ? [`it says ${JSON.stringify(value)}`] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => [
    ...(UNPRINTABLE.test(key) || ['__proto__', 'constructor', 'prototype'].includes(key)
      ? [`it has a key ${JSON.stringify(key)}`]
      : []),
    ...unprintable((value as Record<string, unknown>)[key]),
  ]);
}
