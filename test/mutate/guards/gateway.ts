// Guards of what routes a hostname: its plan, the choice of its mode, the wait for it, and the stand-ins that tests wait for.
import { type Guard, guardsOf } from '../guard.ts';

const files = (...names: string[]) =>
  ({ servers: 'none', tests: names.map((name) => `test/${name}.test.ts`) }) as const;

export const GATEWAY: Guard[] = [
  ...guardsOf('src/spec/route-conditions.ts', files('spec/route-conditions'), {
    'conditions-of-this-generation-alone': {
      find: 'if (generation === undefined || condition.observedGeneration !== generation) return outdated(who, condition);',
      replace: '',
    },
    'a-missing-condition-is-no-yes': {
      find: 'if (condition === undefined) return waiting(`${who}: ${type} is not said yet`);',
      replace: 'if (condition === undefined) continue;',
    },
    'an-unseen-listener-is-waited-for': {
      find: 'if (status === undefined) return waiting(`${who}: no controller has seen it yet`);',
      replace: 'if (status === undefined) return READY;',
    },
    'a-conflict-is-seen': {
      find: "if (conflicted?.status === 'True') {",
      replace: "if (conflicted?.status === 'Never') {",
    },
    'a-conflict-may-be-over': {
      find: 'return conflicted.observedGeneration === generation ? judgeFalse(who, conflicted) : outdated(who, conflicted);',
      replace: 'return judgeFalse(who, conflicted);',
    },
    'a-missing-certificate-is-no-failure': {
      find: "whole.state === 'failed' && wanted.some(({ status }) => lacksCertificate(status, generation))",
      replace: 'false',
    },
    'references-are-judged-first': {
      find: "['ResolvedRefs', 'Accepted', 'Programmed']",
      replace: "['Programmed', 'Accepted', 'ResolvedRefs']",
    },
    'unknown-is-no-failure': { find: "status === 'Unknown' ? undefined : failing(reason)", replace: 'failing(reason)' },
    'a-route-is-judged-by-its-parent': {
      find: 'return whole(left).every((part, index) => part === other[index]);',
      replace: 'return whole(left)[3] === other[3];',
    },
  }),
  ...guardsOf('src/spec/condition-reasons.ts', files('spec/route-conditions'), {
    'an-empty-namespace-is-fine': { find: "type === 'ResolvedRefs' && reason === 'BackendNotFound'", replace: 'false' },
    'strange-reasons-are-waited-out': {
      find: 'return Object.hasOwn(FAILING, reason) ? FAILING[reason] : undefined;',
      replace: 'return FAILING[reason] ?? OBJECT;',
    },
  }),
  ...guardsOf('src/spec/gateway-addresses.ts', files('spec/gateway-addresses'), {
    'no-name-of-the-cluster-in-records': {
      find: "(kind === 'hostname' && INSIDE_THE_CLUSTER.test(value))",
      replace: 'false',
    },
  }),
  ...guardsOf('src/spec/gateway-mode.ts', files('spec/gateway-mode'), {
    'newer-istio-wants-newer-definitions': { find: "if (!isBefore(lowest, '1.5')) return [];", replace: 'return [];' },
    'the-oldest-definition-counts': {
      find: 'const [lowest] = [...bundleVersions].sort(byVersion);',
      replace: 'const [lowest] = bundleVersions;',
    },
    'unversioned-definitions-are-no-proof': {
      find: 'if (lowest === undefined) {',
      replace: 'if (lowest === undefined) return [];\n  if (false) {',
    },
    'older-istio-knows-no-listener-set': {
      find: "if (istioVersion === undefined || !isBefore(istioVersion, '1.30')) return [];",
      replace: 'if (istioVersion !== null) return [];',
    },
    'older-istio-knows-no-tls-route': { find: "return protocols.includes('tls')", replace: 'return false' },
    'versions-are-numbers': {
      find: 'return at === undefined ? 0 : (a[at] ?? 0) - (b[at] ?? 0);',
      replace: 'return left < right ? -1 : at === undefined ? 0 : 1;',
    },
    'what-is-not-served-is-not-chosen': {
      find: '.filter((kind) => !served.includes(kind))',
      replace: '.filter((kind) => served.includes(kind) && false)',
    },
  }),
  ...guardsOf('src/spec/gateway-problems.ts', files('spec/gateway-problems'), {
    'no-more-listeners-than-fit': { find: 'hostnames.length <= MAX_LISTENERS', replace: 'hostnames.length < Infinity' },
    'one-secret-a-certificate': { find: 'if (secret !== undefined) {', replace: 'if (secret === name) {' },
    'no-certificate-that-nobody-reads': {
      find: 'return OWN_CERTIFICATES[spec.mode]',
      replace: 'return OWN_CERTIFICATES[spec.mode] || true',
    },
  }),
  ...guardsOf('src/spec/route-names.ts', files('spec/route-names'), {
    'cut-names-stay-apart': {
      find: 'sha256Hex(hostname).slice(0, HASH_LENGTH)',
      replace: 'sha256Hex(readable).slice(0, HASH_LENGTH)',
    },
    'names-fit': { find: '.slice(0, READABLE_LENGTH)', replace: '.slice(0, READABLE_LENGTH + 9)' },
  }),
  ...guardsOf('src/plan/gateway-routes.ts', files('plan/gateway'), {
    'external-dns-passes-over-under-both-prefixes': {
      find: "\n  'external-dns.alpha.kubernetes.io/controller',",
      replace: '',
    },
    'external-dns-publishes-where-it-shall': { find: 'return metadata;', replace: 'break;' },
  }),
  ...guardsOf('src/plan/gateway-listeners.ts', files('plan/gateway'), {
    'own-routes-alone': { find: "{ from: 'Same' }", replace: "{ from: 'All' }" },
  }),
  ...guardsOf('src/plan/gateway-istio.ts', files('plan/gateway-golden'), {
    'own-virtual-services-alone': { find: '`./${name}`', replace: 'name' },
  }),
  ...guardsOf('src/local/controllers/listeners.ts', files('local/controllers/statuses'), {
    'stand-in-older-listener-wins': { find: '[...sets].sort(byAge)', replace: '[...sets]' },
  }),
  ...guardsOf('src/local/controllers/statuses.ts', files('local/controllers/statuses'), {
    'stand-in-attaches-who-may': { find: 'mayAttach(world, gateway, each)', replace: 'true' },
    'stand-in-counts-accepted-routes': {
      find: "if (said?.some(({ type, status }) => type === 'Accepted' && status === 'True') !== true) continue;",
      replace: '',
    },
  }),
  ...guardsOf('src/local/controllers/routes.ts', files('local/controllers/statuses', 'local/controllers/switches'), {
    'stand-in-compares-hostnames': { find: '.filter(({ spec }) => intersects(spec.hostname, hostnames))', replace: '' },
    'stand-in-wildcard-has-a-label': {
      find: 'narrow.endsWith(wide.slice(1))',
      replace: 'narrow.endsWith(wide.slice(2))',
    },
    'stand-in-selects-namespaces': {
      find: "routeKinds(listener).includes(route.kind) && letsIn(world, from, owner.metadata.namespace ?? '', namespace)",
      replace: 'routeKinds(listener).includes(route.kind)',
    },
  }),
  ...guardsOf('src/local/controllers/status-of.ts', files('local/controllers/statuses'), {
    'stand-in-leaves-others-routes-alone': {
      find: 'if (ours.length === 0 && others.length === standing.length) return undefined;',
      replace: '',
    },
  }),
  ...guardsOf('src/local/controllers/watch.ts', files('local/controllers/watch'), {
    'stand-in-forgets-what-is-gone': { find: 'objects.clear();', replace: '' },
    'stand-in-reads-whole-when-told': {
      find: "if (event.type === 'ERROR') break;",
      replace: "if (event.type === 'ERROR') continue;",
    },
  }),
];
