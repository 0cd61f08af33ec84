// The fence: admission policies that bind naas's own account to the namespaces that it made, and keep its marks from
// everybody else. Pure data. RBAC says which kinds; these say where. They hold even when a writer comes late.
import type { KubernetesObject } from '../plan/plan.ts';
import {
  ANNOTATION,
  FENCED_OFF,
  HOSTNAMES_PREFIX,
  LABEL,
  OWNED_PREFIX,
  SYSTEM_NAMESPACE,
  WORKER_USER,
  ZONE_LEASE_PREFIX,
} from '../spec/names.ts';
import { TENANT_ROLES } from '../spec/roles.ts';
import { bound, list, metadataValue, policy, quoted, rule } from './admission-policy.ts';

/** Namespaces that no request may ever make. The catalog reserves these and more; this list holds without a catalog. */
export const FENCED_NAMES = {
  prefixes: ['kube-', 'openshift-'],
  names: [
    'capsule-system',
    'cert-manager',
    'default',
    'external-secrets',
    'flux-system',
    'gatekeeper-system',
    'istio-system',
    SYSTEM_NAMESPACE,
    'openshift',
    'velero',
  ],
} as const;

export const FENCE_POLICY = 'naas-fence';
export const OWNED_METADATA_POLICY = 'naas-owned-metadata';

const POD_SECURITY_PREFIX = 'pod-security.kubernetes.io/';

const reserved = `(variables.name in ${list(FENCED_NAMES.names)} || ${list(FENCED_NAMES.prefixes)}.exists(prefix, variables.name.startsWith(prefix)))`;

const inNamespace = metadataValue('namespaceObject', 'labels', LABEL.incarnation);
const oldIncarnation = metadataValue('oldObject', 'labels', LABEL.incarnation);

/** An administrator allowed the very request that the namespace carries to take it over. */
const allowedFor = (marked: string, written = marked): string =>
  `(${metadataValue(marked, 'annotations', ANNOTATION.adoptAllow)} != '' && ${metadataValue(marked, 'annotations', ANNOTATION.adoptAllow)} == ${metadataValue(written, 'annotations', ANNOTATION.request)})`;

/** The undo of an adoption: the marks go, the namespace is its owners' again. */
const returnsToOthers = `(request.operation == 'UPDATE' && variables.incarnation == '' && ${oldIncarnation} != '' && ${allowedFor('oldObject')})`;

const mapsOf = (object: string): string => `${object}.metadata.?annotations.orValue({})`;

/** The same undo where nothing had been written yet: it may set and take away one mark, and nothing else. */
const onlyMoves =
  `(request.operation == 'UPDATE' && variables.incarnation == '' && ${oldIncarnation} == '' && ${metadataValue('oldObject', 'annotations', ANNOTATION.adoptAllow)} != '' && ` +
  `object.metadata.?labels.orValue({}) == oldObject.metadata.?labels.orValue({}) && ` +
  `${mapsOf('object')}.all(key, key == ${quoted(ANNOTATION.fence)} || (key in ${mapsOf('oldObject')} && ${mapsOf('oldObject')}[key] == ${mapsOf('object')}[key])) && ` +
  `${mapsOf('oldObject')}.all(key, key == ${quoted(ANNOTATION.fence)} || key in ${mapsOf('object')}))`;
const claimBefore = (object: string): string => metadataValue(object, 'annotations', ANNOTATION.claimBefore);

/** The API server sets the time of the creation itself. */
const inTime = `(${claimBefore('object')} != '' && timestamp(${claimBefore('object')}) > timestamp(object.metadata.creationTimestamp))`;

const isNamed = (group: string, resource: string, prefix: string): string =>
  `(request.resource.group == ${quoted(group)} && request.resource.resource == ${quoted(resource)} && object.metadata.name.startsWith(${quoted(prefix)}))`;

/**
 * Of its own namespace naas may write the lists of who holds which hostname and the turns of who writes into a zone, and nothing
 * else; it never deletes one.
 */
const isHostnameList = `request.?namespace.orValue('') == ${quoted(SYSTEM_NAMESPACE)} && request.operation != 'DELETE' && (${isNamed('', 'configmaps', HOSTNAMES_PREFIX)} || ${isNamed('coordination.k8s.io', 'leases', ZONE_LEASE_PREFIX)})`;

const workerFence = policy(FENCE_POLICY, {
  matchConstraints: {
    // Every kind: a right that somebody adds to the account later is fenced as well. Everybody else passes at the first
    // condition, which is one comparison of two strings.
    resourceRules: [rule(['*'], ['*'], ['*/*'], ['CREATE', 'UPDATE', 'DELETE'])],
    // They ask questions and store nothing.
    excludeResourceRules: [rule(['authorization.k8s.io', 'authentication.k8s.io'], ['*'], ['*/*'], ['CREATE'])],
  },
  matchConditions: [{ name: 'naas-only', expression: `request.userInfo.username == ${quoted(WORKER_USER)}` }],
  variables: [
    { name: 'isNamespace', expression: "request.resource.group == '' && request.resource.resource == 'namespaces'" },
    { name: 'name', expression: "request.operation == 'DELETE' ? oldObject.metadata.name : object.metadata.name" },
    {
      name: 'incarnation',
      expression: `request.operation == 'DELETE' ? ${metadataValue('oldObject', 'labels', LABEL.incarnation)} : ${metadataValue('object', 'labels', LABEL.incarnation)}`,
    },
    {
      name: 'isInside',
      expression: `!variables.isNamespace && request.?namespace.orValue('') != '' && !(${isHostnameList})`,
    },
    { name: 'isList', expression: isHostnameList },
  ],
  validations: [
    {
      expression: 'variables.isNamespace || variables.isInside || variables.isList',
      reason: 'Forbidden',
      messageExpression: "'naas writes no cluster-wide ' + request.resource.resource",
    },
    {
      // Not in naas's own namespace either: keys, catalog and switch stand there, and decide what this account may do.
      // The undo of an adoption takes its marks off again, where the adoption had put them.
      expression: `!variables.isInside || (variables.incarnation != '' && variables.incarnation == ${inNamespace}) || (request.operation == 'UPDATE' && variables.incarnation == '' && ${metadataValue('oldObject', 'labels', LABEL.incarnation)} == ${inNamespace} && ${inNamespace} != '' && ${allowedFor('namespaceObject')})`,
      reason: 'Forbidden',
      messageExpression: `'naas may not write ' + request.resource.resource + ' in namespace ' + request.namespace + ': the incarnation of the object (' + (variables.incarnation == '' ? 'none' : variables.incarnation) + ') ${FENCED_OFF}; the namespace is not the one that this write was meant for'`,
    },
    {
      // RBAC alone would let the account pass on every right that it holds itself.
      expression: `request.resource.resource != 'rolebindings' || request.operation == 'DELETE' || (object.roleRef.kind == 'ClusterRole' && object.roleRef.name in ${list(TENANT_ROLES)})`,
      reason: 'Forbidden',
      messageExpression:
        "'naas binds no other role than the tenants’ own, not ' + object.roleRef.kind + ' ' + object.roleRef.name",
    },
    {
      expression: "!variables.isNamespace || request.?subResource.orValue('') == ''",
      reason: 'Forbidden',
      message: 'naas never writes status or finalizers of a namespace',
    },
    {
      expression: `!variables.isNamespace || variables.incarnation != '' || ${returnsToOthers} || ${onlyMoves}`,
      reason: 'Forbidden',
      messageExpression: `'namespace ' + variables.name + ' carries no label ${LABEL.incarnation}: naas writes only namespaces that it made'`,
    },
    {
      expression: `!variables.isNamespace || request.operation != 'CREATE' || !${reserved}`,
      reason: 'Forbidden',
      messageExpression: "'the name ' + variables.name + ' is reserved; naas never makes such a namespace'",
    },
    {
      expression: `!variables.isNamespace || request.operation != 'CREATE' || ${inTime}`,
      reason: 'Forbidden',
      messageExpression: `'the claim of namespace ' + variables.name + ' came too late or says no ${ANNOTATION.claimBefore}; its attempt is over'`,
    },
    {
      // A creation is bound to no version: a late one would write over whatever became of the object since. It carries
      // another time than the creation that came first; every other write leaves that as it is.
      expression: `!variables.isInside || request.operation != 'UPDATE' || ${claimBefore('object')} == ${claimBefore('oldObject')}`,
      reason: 'Forbidden',
      messageExpression: `'the creation of ' + request.resource.resource + ' ' + variables.name + ' came too late: it stands already; naas never changes ${ANNOTATION.claimBefore}'`,
    },
    {
      expression: `!(variables.isInside || variables.isList) || request.operation != 'CREATE' || ${inTime}`,
      reason: 'Forbidden',
      messageExpression: `'the creation of ' + request.resource.resource + ' ' + variables.name + ' came too late or says no ${ANNOTATION.claimBefore}; its attempt is over'`,
    },
    {
      expression: `!variables.isNamespace || request.operation != 'UPDATE' || variables.incarnation == ${oldIncarnation} || ${returnsToOthers} || (${oldIncarnation} == '' && ${allowedFor('oldObject', 'object')} && !${reserved})`,
      reason: 'Forbidden',
      messageExpression: "'namespace ' + variables.name + ' is of another incarnation than this write was meant for'",
    },
  ],
});

const changed = (map: string, prefix: string): string =>
  `variables.new${map}.filter(key, key.startsWith(${quoted(prefix)}) && !(key in variables.old${map} && variables.old${map}[key] == variables.new${map}[key])) + ` +
  `variables.old${map}.filter(key, key.startsWith(${quoted(prefix)}) && !(key in variables.new${map}))`;

const mapOf = (object: string, map: string): string => `${object}.metadata.?${map}.orValue({})`;
const oldMapOf = (map: string): string => `request.operation == 'CREATE' ? {} : ${mapOf('oldObject', map)}`;

const ownedMetadata = policy(OWNED_METADATA_POLICY, {
  matchConstraints: {
    // Status and finalize too: both take metadata along. DELETE is free, and so is the namespace controller, which
    // changes neither labels nor annotations.
    resourceRules: [
      rule([''], ['v1'], ['namespaces', 'namespaces/status', 'namespaces/finalize'], ['CREATE', 'UPDATE']),
    ],
  },
  matchConditions: [{ name: 'everybody-else', expression: `request.userInfo.username != ${quoted(WORKER_USER)}` }],
  variables: [
    { name: 'newLabels', expression: mapOf('object', 'labels') },
    { name: 'oldLabels', expression: oldMapOf('labels') },
    { name: 'newAnnotations', expression: mapOf('object', 'annotations') },
    { name: 'oldAnnotations', expression: oldMapOf('annotations') },
    { name: 'owned', expression: `${changed('Labels', OWNED_PREFIX)} + ${changed('Annotations', OWNED_PREFIX)}` },
    {
      name: 'podSecurity',
      expression: `${quoted(LABEL.incarnation)} in variables.oldLabels ? ${changed('Labels', POD_SECURITY_PREFIX)} : []`,
    },
  ],
  validations: [
    {
      expression: 'variables.owned.size() == 0',
      reason: 'Forbidden',
      messageExpression:
        "'only naas may set, change or remove ' + variables.owned.join(', ') + ' on a namespace; ask naas for the change instead'",
    },
    {
      expression: 'variables.podSecurity.size() == 0',
      reason: 'Forbidden',
      messageExpression:
        "'only naas may set, change or remove ' + variables.podSecurity.join(', ') + ' on a namespace that it made; its tier decides them'",
    },
  ],
});

export function fence(): KubernetesObject[] {
  return [workerFence, ownedMetadata].flatMap(bound);
}
