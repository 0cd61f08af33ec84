// Guards of what a resolved request has to hold against the world, of bulk actions, and of the switch.
import { type Guard, guardsOf } from '../guard.ts';

const spec = (name: string) => ({ servers: 'none', tests: [`test/spec/${name}.test.ts`] }) as const;

export const GUARDRAILS: Guard[] = [
  ...guardsOf('src/spec/guardrails.ts', spec('guardrails'), {
    'sender-may-submit': { find: 'readonly Guardrail[] = [senderMaySubmit, ', replace: 'readonly Guardrail[] = [' },
    'name-is-free': { find: '[senderMaySubmit, nameIsFree, ', replace: '[senderMaySubmit, ' },
    'name-of-no-other-team': {
      find: 'nameIsFree, nameIsNoOtherTeams, ingressSourcesAreTheirs];',
      replace: 'nameIsFree, ingressSourcesAreTheirs];',
    },
    'ingress-from-its-owner': {
      find: 'nameIsNoOtherTeams, ingressSourcesAreTheirs];',
      replace: 'nameIsNoOtherTeams];',
    },
    'ingress-from-nobody': {
      find: "'it does not exist, and whoever made it later would be let in'",
      replace: 'undefined',
    },
    'ingress-from-unmanaged': { find: "'naas does not manage it, so nobody can consent for it'", replace: 'undefined' },
    'ingress-without-a-lead': {
      find: 'if (owner.team !== own && namesNobody(leadsOf(owner.team, catalog)))',
      replace: 'if (false)',
    },
    'ingress-owner-as-said': { find: 'if (owner.team !== source.team)', replace: 'if (false)' },
    'ingress-fact-not-gathered': {
      find: "(Object.hasOwn(owners, namespace) ? owners[namespace] : undefined) ?? 'absent'",
      replace: "(Object.hasOwn(owners, namespace) ? owners[namespace] : undefined) ?? { team: 'shop' }",
    },
    'adopt-mark-of-this-request': {
      find: 'if (liveNamespace.annotations[ANNOTATION.adoptAllow] === requestId) return [];',
      replace: 'return [];',
    },
    'adopt-nothing-of-ours': {
      find: 'if (liveNamespace.labels[LABEL.incarnation] !== undefined)',
      replace: 'if (false)',
    },
    'adopt-only-who-may-submit': { find: '  senderMaySubmit,\n  mayBeAdopted,', replace: '  mayBeAdopted,' },
    'quota-not-below-use': {
      find: 'if (inUse === undefined || !isLess(value, inUse)) return [];',
      replace: 'return [];',
    },
    'change-asks-ingress-anew': {
      find: 'readonly ChangeGuardrail[] = [\n  ingressSourcesAreTheirs,',
      replace: 'readonly ChangeGuardrail[] = [',
    },
  }),
  ...guardsOf('src/spec/brake.ts', spec('brake'), {
    'brake-by-number': { find: 'met > maximumNamespaces || ', replace: '' },
    'brake-by-share': { find: ' || met * 100 > maximumPercent * total', replace: '' },
    'brake-at-no-count': { find: 'if (!isCount(total) || !isCount(met) || met > total) {', replace: 'if (false) {' },
  }),
  ...guardsOf('src/spec/switch.ts', spec('switch'), {
    'paused-unless-it-says-false': {
      find: "if (data['paused'] === 'false') return undefined;",
      replace: "if (data['paused'] !== 'true') return undefined;",
    },
  }),
  ...guardsOf('src/spec/orphans.ts', spec('orphans'), {
    'young-is-no-orphan': { find: ' || isYoung(namespace, at)', replace: '' },
    'dying-is-no-orphan': { find: 'if (namespace?.terminating) return undefined;', replace: '' },
    'another-incarnation-is-one': {
      find: 'run.incarnation !== undefined && run.incarnation !== namespace.incarnation;',
      replace: 'false;',
    },
    'accused-are-looked-at-again': {
      find: 'orphanOf(name, await sources.facts(name), at);',
      replace: 'orphanOf(name, { namespace: namespaces.get(name), run: runs.get(name) }, at);',
    },
  }),
  ...guardsOf('src/spec/lifecycle.ts', spec('lifecycle'), {
    'removal-is-not-taken-back': {
      find: "teardown: once('it is being deleted already'),\n    cancel: refuse('RemovalBegun', 'the removal has begun and cannot be taken back'),",
      replace: "teardown: once('it is being deleted already'),\n    cancel: accept,",
    },
    'ready-is-not-cancelled': {
      find: "cancel: refuse('NothingInProgress', 'nothing is in progress; use delete'),",
      replace: 'cancel: accept,',
    },
    'no-decision-unasked': {
      find: "const notWaiting = refuse('NotAwaitingApproval', 'nothing waits for a decision');",
      replace: 'const notWaiting = accept;',
    },
    'one-change-at-a-time': {
      find: "const oneAtATime = (why: string): Cell => refuse('StaleDigest', why);",
      replace: 'const oneAtATime = (_why: string): Cell => accept;',
    },
    'over-is-over': { find: "const over = refuse('Ended', 'this run is over');", replace: 'const over = accept;' },
  }),
  ...guardsOf('src/spec/inventory.ts', spec('inventory'), {
    'struck-by-a-removal-alone': { find: ".filter((effect) => effect.verb === 'delete')", replace: '' },
    'confirmed-by-a-uid-alone': { find: 'return uid === undefined ? entry :', replace: 'return' },
  }),
  ...guardsOf('src/spec/transfer.ts', spec('transfer'), {
    'transfer-to-a-team-that-may': {
      find: 'if (team.projects !== undefined && !team.projects.includes(spec.project)) {',
      replace: 'if (false) {',
    },
    'transfer-leaves-no-access': {
      find: 'grants: grantsTo(team, catalog.policy.roles)',
      replace: 'grants: spec.grants',
    },
  }),
];
