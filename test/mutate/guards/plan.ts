// Guards of what is rendered, compared and put back.
import { type Guard, guardsOf } from '../guard.ts';

const plan = (...names: string[]) =>
  ({ servers: 'none', tests: names.map((name) => `test/plan/${name}.test.ts`) }) as const;

export const PLAN: Guard[] = [
  ...guardsOf('src/plan/kinds.ts', plan('kinds'), {
    'closed-list-of-kinds': {
      find: 'if (kind === undefined) return [`${object.kind}',
      replace: 'if (kind === undefined) return [];\n  else if (false) return [`${object.kind}',
    },
    'one-namespace': { find: 'return namespace === name ? [] :', replace: 'return true ? [] :' },
    'no-other-namespace': { find: 'return object.metadata.name === name ? [] :', replace: 'return true ? [] :' },
    'no-owners-no-finalizers': { find: '...extra.map((field) => `it sets metadata.${field}`),', replace: '' },
    'no-status': { find: "...('status' in object ?", replace: '...(false ?' },
    'names-reach-no-other-object': { find: '...(OBJECT_NAME.test(object.metadata.name) ?', replace: '...(true ?' },
    'tenant-roles-alone': { find: '...(bindable\n', replace: '...(true\n' },
    'no-grant-to-components': { find: " || name.startsWith('system:')", replace: '' },
    'nothing-unlisted-is-written': {
      find: 'if (found !== undefined) return found;',
      replace: 'return found as ManagedKind;',
    },
    'force-for-guardrails-alone': {
      find: "kind: 'ConfigMap', resource: 'configmaps', ...namespaced }",
      replace: "kind: 'ConfigMap', resource: 'configmaps', ...namespaced, guardrail: true }",
    },
  }),
  ...guardsOf('src/plan/compare.ts', plan('compare'), {
    'foreign-object-is-a-conflict': {
      find: "if (foreign && !adopting) return { verb: 'conflict', ref, fields };",
      replace: '',
    },
    'whole-fields-are-ours': {
      find: "new Set(['NetworkPolicy.spec', 'RoleBinding.roleRef', 'RoleBinding.subjects'])",
      replace: 'new Set([])',
    },
    'dropped-places-are-seen': {
      find: 'dropped.filter((path) => valueAt(live, path) !== undefined);',
      replace: '[] as FieldPath[];',
    },
    'longer-lists-differ': {
      find: 'return planned.length === live.length ? items :',
      replace: 'return true ? items :',
    },
  }),
  ...guardsOf('src/plan/restore.ts', plan('restore'), {
    'back-goes-only-our-value': { find: "if (!isOurs && !asBefore) return { path, verb: 'leave' };", replace: '' },
    'back-goes-nothing-of-others': {
      find: "if (asBefore && valueAt(applied, path) === undefined) return { path, verb: 'leave' };",
      replace: '',
    },
    'status-is-nobodys-to-set': { find: 'status: _status, ...content } = object;', replace: '...content } = object;' },
  }),
  ...guardsOf('src/plan/index.ts', plan('plan'), {
    'access-comes-last': {
      find: "...staged('access', roleBindings(spec)),",
      replace: "...staged('equipment', roleBindings(spec)),",
    },
    'policies-before-equipment': {
      find: 'resourceQuota(spec), defaultDeny(spec)]),',
      replace: "resourceQuota(spec)]),\n      ...staged('equipment', [defaultDeny(spec)]),",
    },
  }),
  ...guardsOf('src/plan/network.ts', plan('plan', 'golden'), {
    'internet-without-private-ranges': { find: 'except: [...v4]', replace: 'except: []' },
    'ingress-by-name-and-team': {
      find: '[NAMESPACE_NAME]: namespace, [LABEL.team]: team',
      replace: '[NAMESPACE_NAME]: namespace',
    },
    'everything-is-denied-first': {
      find: "'naas-default-deny', { policyTypes: ['Ingress', 'Egress'] }",
      replace: "'naas-default-deny', { policyTypes: ['Ingress'] }",
    },
  }),
  ...guardsOf('src/plan/service-account.ts', plan('golden'), {
    'token-only-where-asked': {
      find: 'automountServiceAccountToken: false',
      replace: 'automountServiceAccountToken: true',
    },
  }),
  ...guardsOf('src/plan/namespace.ts', plan('plan'), {
    'own-labels-win': {
      find: '...spec.labels,\n        ...ownLabels(spec),',
      replace: '...ownLabels(spec),\n        ...spec.labels,',
    },
  }),
  ...guardsOf('src/plan/digest.ts', plan('plan'), {
    'digest-counts-fields': { find: 'fields: [...fields].sort(byText)', replace: 'fields: []' },
    'digest-counts-every-object': {
      find: 'canonicalJson({ specVersion, resources, ...(reach',
      replace: 'canonicalJson({ specVersion, resources: resources.length, ...(reach',
    },
  }),
];
