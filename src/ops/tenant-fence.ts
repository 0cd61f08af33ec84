// What nobody may put into a namespace of naas, whatever their rights: what would reach beyond it, to other tenants or to
// the cluster. Pure data. Roles say which kinds, the quota how many; these say which of their fields. One policy a kind,
// so that the API server checks each expression against the kind's own fields when it is installed.
import type { KubernetesObject } from '../plan/plan.ts';
import { LABEL, SYSTEM_NAMESPACE } from '../spec/names.ts';
import { bound, list, type Operation, policy, quoted, rule } from './admission-policy.ts';

/** The one object outside the namespaces of naas that these policies judge: a dry run of it shows that they are in force. */
const TENANT_PROBE_NAME = 'naas-probe';

const CONTROL_PLANE_TAINTS = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

// In a variable and not in a match condition: those are judged before the API server has looked the namespace up.
const governed = {
  name: 'isGoverned',
  expression: `${quoted(LABEL.incarnation)} in namespaceObject.metadata.?labels.orValue({}) || (request.namespace == ${quoted(SYSTEM_NAMESPACE)} && object.metadata.?name.orValue('') == ${quoted(TENANT_PROBE_NAME)})`,
};

interface Validation {
  expression: string;
  message?: string;
  messageExpression?: string;
}

function tenantPolicy(name: string, resource: string, operations: Operation[], validations: Validation[]) {
  return policy(name, {
    matchConstraints: { resourceRules: [rule([''], ['v1'], [resource], operations)] },
    variables: [governed],
    validations: validations.map(({ expression, ...said }) => ({
      expression: `!variables.isGoverned || ${expression}`,
      reason: 'Forbidden',
      ...said,
    })),
  });
}

/** What stands there from before passes, so that labels change and finalizers go as ever. */
const unchanged = (field: string): string =>
  `request.operation == 'UPDATE' && oldObject.spec.?${field} == object.spec.?${field}`;

// A pod that its controller made is judged as one made by hand: no template needs a look. Updates too: a pod that waits
// for a node may be given more tolerations.
const pods = tenantPolicy(
  'naas-tenant-pods',
  'pods',
  ['CREATE', 'UPDATE'],
  [
    {
      // Since Kubernetes 1.17 any namespace may use these classes. Their pods push every other tenant's off a full node.
      expression: `!object.spec.?priorityClassName.orValue('').startsWith('system-') || (${unchanged('priorityClassName')})`,
      messageExpression:
        "'priorityClassName ' + object.spec.priorityClassName + ' is for the cluster’s own pods; leave it out or name a class without the prefix system-'",
    },
    {
      expression: `object.spec.?tolerations.orValue([]).all(each, each.?key.orValue('') != '' && !(each.key in ${list(CONTROL_PLANE_TAINTS)})) || (${unchanged('tolerations')})`,
      message:
        'a toleration of every taint, or of the control plane’s, would let the pod run beside the API server; name the taints that it has to tolerate',
    },
    {
      // It goes past the scheduler and so past every taint. Whoever may bind pods to nodes may do so here as well.
      expression: `object.spec.?nodeName.orValue('') == '' || (${unchanged('nodeName')}) || authorizer.group('').resource('pods').subresource('binding').namespace(request.namespace).check('create').allowed()`,
      message: 'nodeName goes past the scheduler; use nodeSelector or affinity',
    },
  ],
);

const services = tenantPolicy(
  'naas-tenant-services',
  'services',
  ['CREATE', 'UPDATE'],
  [
    {
      // CVE-2020-8554: whatever anybody in the cluster sends to such an address goes to this Service's pods.
      expression: `object.spec.?externalIPs.orValue([]).size() == 0 || (${unchanged('externalIPs')})`,
      message: 'externalIPs would catch the traffic of others to these addresses; use type LoadBalancer or ClusterIP',
    },
    {
      // The quota counts the ports that load balancers need on the nodes, and cannot tell them from these.
      expression: `object.spec.?type.orValue('') != 'NodePort' || (${unchanged('type')})`,
      message:
        'type NodePort opens a port on every node, of a range that all tenants share; use type LoadBalancer or ClusterIP',
    },
  ],
);

// The type of a Secret can never be changed. The token controller fills such Secrets and makes none.
const secrets = tenantPolicy(
  'naas-tenant-secrets',
  'secrets',
  ['CREATE'],
  [
    {
      expression: "object.?type.orValue('') != 'kubernetes.io/service-account-token'",
      message:
        'a Secret of type kubernetes.io/service-account-token would hold a token that never ends; let pods use the token that they are given',
    },
  ],
);

const TENANT_POLICIES = [pods, services, secrets];

export function tenantFence(): KubernetesObject[] {
  return TENANT_POLICIES.flatMap(bound);
}

const core = (kind: string, rest: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: TENANT_PROBE_NAME, namespace: SYSTEM_NAMESPACE },
  ...rest,
});

/**
 * By policy, an object that it denies; in a dry run of an administrator's. Each is refused for one reason only: another
 * plugin (Pod Security, DenyServiceExternalIPs) that denies it first would hide whether the policy is in force.
 */
export const TENANT_PROBES: Record<string, KubernetesObject> = {
  [pods.metadata.name]: core('Pod', {
    spec: {
      tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }],
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'probe',
          image: 'probe.invalid/none',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  }),
  [services.metadata.name]: core('Service', { spec: { type: 'NodePort', ports: [{ port: 80 }] } }),
  [secrets.metadata.name]: core('Secret', {
    type: 'kubernetes.io/service-account-token',
    metadata: {
      name: TENANT_PROBE_NAME,
      namespace: SYSTEM_NAMESPACE,
      annotations: { 'kubernetes.io/service-account.name': 'default' },
    },
  }),
};
