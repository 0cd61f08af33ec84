// The fields of a request as the Markdown table that docs/request.md holds: names, defaults and bounds from the published
// schema, meanings from here. `node test/support/request-table.ts` prints it.
import { DNS_LABEL } from '../../src/spec/names.ts';
import { requestJsonSchema } from '../../src/spec/request.ts';

interface Node {
  type?: string;
  const?: string;
  enum?: string[];
  default?: string;
  anyOf?: Node[];
  required?: string[];
  properties?: Record<string, Node>;
  additionalProperties?: Node | boolean;
  items?: Node;
  pattern?: string;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  minimum?: number;
  maximum?: number;
}

const MEMBERS = 'each `group:` or `user:`, spelled as the cluster’s sign-in gives it';

/** By path; `[]` stands for each item, `*` for each key. A default that depends on the catalog is said here. */
const MEANINGS: Record<string, string> = {
  apiVersion: 'The version of this format.',
  kind: 'What the document is.',
  team: 'Whose it is: a team of `catalog/teams.yaml`.',
  project: 'What it is part of; one of the team’s `projects` where the catalog lists them.',
  environment: 'Such as dev, staging or prod; free text of your own.',
  name: 'The namespace’s name. Default: `<team>-<project>-<environment>`.',
  template: 'Type of namespace: a file of `catalog/templates/`.',
  tier: 'Size, monthly cost limit and lease: a file of `catalog/tiers/`.',
  purpose: 'What it is for, in one line; approvers read it.',
  costCentre: 'Who pays. Default: the team’s.',
  members: 'Who may do what inside. Left out: nobody has access.',
  'members.admins': `Bound to \`tenant-admin\`; ${MEMBERS}.`,
  'members.admins[].group': 'A group; exactly one of `group` and `user`.',
  'members.admins[].user': 'A person; exactly one of `group` and `user`.',
  'members.developers': 'Bound to `tenant-developer`; items as above.',
  'members.viewers': 'Bound to `tenant-viewer`, which reads no Secrets; items as above.',
  network: 'Which traffic is allowed; everything else is denied.',
  'network.profile':
    '`isolated`: DNS, the gateway, the namespace itself, named shared services. `team`: also the team’s namespaces and HTTPS to the internet. `open-egress`: also every other port of the internet. Default: the template’s.',
  'network.ingressFrom': 'Namespaces that may connect; naas has to manage them.',
  'network.ingressFrom[].namespace': 'Its name.',
  'network.ingressFrom[].team':
    'Whose it is. Default: `team`. Another team adds an approval slot for its leads; a team that takes the name over later is not let in.',
  'network.egressTo': 'Single targets beyond the profile.',
  'network.egressTo[].cidr':
    'A network, no wider than `catalog/policy.yaml` allows; exactly one of `cidr` and `namespace`.',
  'network.egressTo[].namespace':
    'A namespace of the cluster, whose own policies decide whether it lets the traffic in.',
  'network.egressTo[].ports': 'The ports of the target.',
  'network.egressTo[].ports[].protocol': 'The transport.',
  'network.egressTo[].ports[].port': 'The number.',
  'network.sharedServices': 'Services by their names in `catalog/platform.yaml`.',
  'network.sharedServices[]': 'One name.',
  labels: 'Labels of the Namespace; keys on `allowedLabels` of `catalog/policy.yaml`, never `naas.dev/…`.',
  'labels.*': 'A label’s value.',
  annotations: 'Annotations of the Namespace; keys on `allowedAnnotations`.',
  'annotations.*': 'One line.',
  hostnames: 'By which it is reached from outside; see [hostnames](hostnames.md). Left out: not at all.',
  'hostnames[].name': 'In a zone of `catalog/zones.yaml`, in any spelling; `*` may stand for the first label.',
  'hostnames[].service':
    'The Service of the namespace that it leads to; it need not be there yet. Default: the `project`.',
  'hostnames[].port': 'Its port.',
  'hostnames[].protocol': '`tls` goes through the gateway untouched: the pods hold the certificate.',
  'hostnames[].tls':
    '`issued`: a certificate of its own. `shared`: the gateway’s. `none`: the gateway ends no TLS. Default: the platform’s.',
  'hostnames[].ttlSeconds': 'How long others remember its address, and a teardown waits. Default: the zone’s.',
  'hostnames[].records': 'What stands beside its address.',
  'hostnames[].records[].type': 'The type.',
  'hostnames[].records[].values': 'Its values, in the form of zone files without quotes around TXT.',
  'hostnames[].records[].values[]': 'One value.',
  'hostnames[].records[].ttlSeconds': 'Default: the hostname’s.',
  leaseDays: 'Length of life from ready on, up to the tier’s maximum; recorded and shown. Default: the tier’s.',
  quota: 'Instead of the tier’s numbers, by key and within its `quotaOverrides`.',
  'quota.*': 'A Kubernetes quantity such as `4`, `500m`, `16Gi`; decimals in quotes.',
  cluster: 'The cluster. Default, and the only one accepted: the one that the worker serves (`NAAS_CLUSTER`).',
};

/** Items of these are those of `members.admins`. */
const SAME_ITEMS = ['members.developers', 'members.viewers'];

export function requestTable(): string {
  const rows = fields(requestJsonSchema() as Node, '');
  const unsaid = rows.filter(({ path }) => MEANINGS[path] === undefined).map(({ path }) => path);
  const gone = Object.keys(MEANINGS).filter((path) => rows.every((row) => row.path !== path));
  if (unsaid.length + gone.length > 0)
    throw new Error(`test/support/request-table.ts: no meaning for ${unsaid}; no field for ${gone}`);
  const lines = rows.map(({ path, need, bounds }) => `| \`${path}\` | ${need} | ${bounds} | ${MEANINGS[path] ?? ''} |`);
  return ['| field | required or default | bounds | meaning |', '|---|---|---|---|', ...lines].join('\n');
}

interface Row {
  path: string;
  need: string;
  bounds: string;
}

function fields(node: Node, path: string): Row[] {
  if (SAME_ITEMS.includes(path)) return [];
  const required = node.required ?? [];
  const named = Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const below = path === '' ? key : `${path}.${key}`;
    const need = required.includes(key) ? '**required**' : child.default === undefined ? '' : `\`${child.default}\``;
    return [{ path: below, need, bounds: boundsOf(child) }, ...fields(child, below)];
  });
  const values = typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
  return [
    ...named,
    ...(values === undefined ? [] : [{ path: `${path}.*`, need: '', bounds: boundsOf(values) }]),
    ...(node.items === undefined ? [] : itemsOf(node.items, `${path}[]`)),
  ];
}

function itemsOf(item: Node, path: string): Row[] {
  return item.type === 'object' ? fields(item, path) : [{ path, need: '', bounds: boundsOf(item) }];
}

function boundsOf(node: Node): string {
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.enum !== undefined) return node.enum.map((each) => `\`${each}\``).join(', ');
  if (node.anyOf !== undefined) return node.anyOf.map(boundsOf).join(', or ');
  switch (node.type) {
    case 'string':
      return node.pattern === DNS_LABEL.source
        ? 'DNS label, at most 63 characters'
        : `at most ${node.maxLength} characters`;
    case 'integer':
      return node.maximum === Number.MAX_SAFE_INTEGER
        ? `whole number from ${node.minimum}`
        : `${node.minimum} to ${node.maximum}`;
    case 'array':
      return `${node.minItems ?? 0} to ${node.maxItems} items`;
    default:
      return node.maxProperties === undefined ? '' : `at most ${node.maxProperties} entries`;
  }
}

if (process.argv[1] === import.meta.filename) console.log(requestTable());
