// Guards that the API server itself holds: the admission policies and the roles that `naas install` puts there.
import { type Guard, guardsOf } from '../guard.ts';

const fence = (titled: string) => ({ servers: 'own', tests: ['test/ops/fence.test.ts'], titled: [titled] }) as const;
const tenants = { servers: 'own', tests: ['test/ops/tenant-fence.test.ts'] } as const;
const roles = (titled: string) =>
  ({ servers: 'own', tests: ['test/ops/tenant-roles.test.ts'], titled: [titled] }) as const;

export const FENCE: Guard[] = [
  ...guardsOf('src/ops/fence.ts', fence('naas is denied'), {
    'fence-nothing-cluster-wide': {
      find: "expression: 'variables.isNamespace || variables.isInside || variables.isList',",
      replace: "expression: 'true',",
    },
    'fence-incarnation-inside': {
      find: 'expression: `!variables.isInside || (variables.incarnation !=',
      replace: 'expression: `true || (variables.incarnation !=',
    },
    'fence-tenant-roles-alone': {
      find: "expression: `request.resource.resource != 'rolebindings' ||",
      replace: 'expression: `true ||',
    },
    'fence-no-status-of-a-namespace': {
      find: `expression: "!variables.isNamespace || request.?subResource.orValue('') == ''",`,
      replace: "expression: 'true',",
    },
    'fence-namespace-carries-the-mark': {
      find: "expression: `!variables.isNamespace || variables.incarnation != '' ||",
      replace: 'expression: `true ||',
    },
    'fence-reserved-names': {
      find: "expression: `!variables.isNamespace || request.operation != 'CREATE' || !${reserved}`,",
      replace: "expression: 'true',",
    },
    'fence-claim-in-time': {
      find: "expression: `!variables.isNamespace || request.operation != 'CREATE' || ${inTime}`,",
      replace: "expression: 'true',",
    },
    'fence-no-late-creation-over-another': {
      find: "expression: `!variables.isInside || request.operation != 'UPDATE' || ${claimBefore('object')} == ${claimBefore('oldObject')}`,",
      replace: "expression: 'true',",
    },
    'fence-creation-in-time': {
      find: "expression: `!(variables.isInside || variables.isList) || request.operation != 'CREATE' || ${inTime}`,",
      replace: "expression: 'true',",
    },
    'fence-namespace-of-one-incarnation': {
      find: "expression: `!variables.isNamespace || request.operation != 'UPDATE' || variables.incarnation ==",
      replace: 'expression: `true || variables.incarnation ==',
    },
  }),
  ...guardsOf('src/ops/fence.ts', fence('that naas may adopt'), {
    'fence-adopts-what-is-allowed': {
      find: "&& ${allowedFor('oldObject', 'object')} && !${reserved})`,",
      replace: '&& !${reserved})`,',
    },
    'fence-adopts-no-reserved-name': {
      find: "${allowedFor('oldObject', 'object')} && !${reserved})`,",
      replace: "${allowedFor('oldObject', 'object')})`,",
    },
    'fence-undo-moves-a-mark-alone': {
      find: '`object.metadata.?labels.orValue({}) == oldObject.metadata.?labels.orValue({}) && ` +',
      replace: '``+',
    },
    'fence-undo-changes-no-annotation': {
      find: "(key in ${mapsOf('oldObject')} && ${mapsOf('oldObject')}[key] == ${mapsOf('object')}[key])",
      replace: 'true',
    },
    'fence-undo-loses-no-annotation': {
      find: "|| key in ${mapsOf('object')}))`",
      replace: '|| true))`',
    },
  }),
  ...guardsOf('src/ops/fence.ts', fence('everybody else, the administrator too'), {
    'fence-pod-security-is-naas-alone': {
      find: "expression: 'variables.podSecurity.size() == 0',",
      replace: "expression: 'true',",
    },
    'fence-status-carries-marks-too': {
      find: "['namespaces', 'namespaces/status', 'namespaces/finalize']",
      replace: "['namespaces']",
    },
  }),
  ...guardsOf('src/ops/tenant-fence.ts', tenants, {
    'tenant-no-system-priority': {
      find: "`!object.spec.?priorityClassName.orValue('').startsWith('system-') ||",
      replace: '`true ||',
    },
    'tenant-no-node-by-name': { find: "`object.spec.?nodeName.orValue('') == '' ||", replace: '`true ||' },
    'tenant-no-external-address': { find: '`object.spec.?externalIPs.orValue([]).size() == 0 ||', replace: '`true ||' },
  }),
  ...guardsOf('src/ops/tenant-roles.ts', roles('cannot do more'), {
    'viewers-read-no-secret': {
      find: "      'configmaps',\n      'endpoints',",
      replace: "      'configmaps',\n      'secrets',\n      'endpoints',",
    },
    'tenants-write-no-quota': {
      find: "{ apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },",
      replace:
        "{ apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },\n  { apiGroups: [''], resources: ['resourcequotas'], verbs: WRITE },",
    },
    'tenants-make-no-token': {
      find: "{ apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },",
      replace: "{ apiGroups: [''], resources: ['pods/eviction', 'serviceaccounts/token'], verbs: ['create'] },",
    },
  }),
  ...guardsOf('src/ops/worker-role.ts', roles('every generated role'), {
    'worker-binds-tenant-roles-alone': { find: 'resourceNames: [...TENANT_ROLES], ', replace: '' },
  }),
  ...guardsOf(
    'src/spec/secretive.ts',
    { servers: 'own', tests: ['test/ops/blocker-reader.test.ts'], titled: ['leave out every kind whose name says'] },
    {
      'reader-lists-no-secrets': { find: '/secret|token|credential|password/i', replace: '/^$/' },
    },
  ),
];
