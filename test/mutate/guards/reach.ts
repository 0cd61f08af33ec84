// Guards of a hostname's life: the order in which it comes and goes, who may name it, and what is remembered of it. Held by
// real servers.
import { type Guard, guardsOf } from '../guard.ts';

const on = (file: string, ...titled: string[]) =>
  ({ servers: 'own', tests: [`test/${file}.test.ts`], ...(titled.length > 0 ? { titled } : {}) }) as const;

const ORDER = '[revokeAccess, withdrawRecords, removeRoute, awaitOthers, deleteNamespace, releaseNames]';

export const REACH: Guard[] = [
  ...guardsOf('src/workflows/removal.ts', on('proof/reach-order'), {
    'records-go-before-their-route': {
      find: ORDER,
      replace: '[revokeAccess, removeRoute, withdrawRecords, awaitOthers, deleteNamespace, releaseNames]',
    },
    'names-are-released-last': {
      find: ORDER,
      replace: '[revokeAccess, withdrawRecords, removeRoute, awaitOthers, releaseNames, deleteNamespace]',
    },
    'route-stands-while-caches-know-it': { find: '  await untilForgotten(run);\n', replace: '' },
  }),
  ...guardsOf('src/workflows/reach.ts', on('proof/reach-order'), {
    'record-taken-by-others-may-be-known': { find: " || entry.state === 'confirmed'", replace: '' },
  }),
  ...guardsOf('src/workflows/reach.ts', on('proof/reach-undo', 'rests though nobody heard'), {
    'lost-withdrawal-may-be-known': { find: 'let mayBeKnown = true;', replace: 'let mayBeKnown = false;' },
  }),
  ...guardsOf('src/workflows/together.ts', on('proof/reach-undo', 'still on its way'), {
    'undo-waits-for-every-write': { find: '  await Promise.all(ended);', replace: '  await Promise.any(ended);' },
  }),
  ...guardsOf('src/activities/hostnames.ts', on('proof/reach-undo', 'a claim that comes late'), {
    'undo-moves-the-list-on': { find: 'await moveOn(cluster, list, live, options);', replace: '' },
  }),
  ...guardsOf('src/activities/hostnames.ts', on('proof/hostname-races', 'letter case'), {
    'claims-are-bound-to-a-version': {
      find: 'boundPatch({ data: { claims: text } }, live)',
      replace: '{ data: { claims: text } }',
    },
  }),
  ...guardsOf('src/ops/hostname-fence.ts', on('ops/hostname-fence'), {
    'no-hostname-is-every-hostname': {
      find: "`(${names}.size() == 0 ? [''] : ${names})`",
      replace: '`(${names})`',
    },
    'wildcard-begins-at-a-dot': { find: 'own.substring(1)', replace: 'own.substring(2)' },
    'hosts-are-fenced-everywhere': {
      find: '`${isManaged} || !(${isExempt})`',
      replace: 'isManaged',
    },
    'nothing-stands-from-before-in-a-managed-one': {
      find: '!(${isManaged}) || has(object.metadata.deletionTimestamp) ? variables.before : []',
      replace: 'variables.before',
    },
    'what-goes-loses-its-finalizers': {
      find: ' || has(object.metadata.deletionTimestamp) ? variables.before',
      replace: ' ? variables.before',
    },
    'mesh-beside-a-gateway-is-no-mesh': {
      find: ".exists(each, each != 'mesh')",
      replace: ".all(each, each != 'mesh')",
    },
    'default-backend-serves-every-host': {
      find: " + (has(${object}.spec.defaultBackend) ? [''] : [])",
      replace: '',
    },
  }),
  ...guardsOf('src/ops/fence.ts', on('ops/hostname-fence', 'of its own namespace naas'), {
    'fence-lists-of-hostnames-alone': {
      find: "isNamed('', 'configmaps', HOSTNAMES_PREFIX)",
      replace: "isNamed('', 'configmaps', '')",
    },
    'fence-list-in-time': {
      find: '`!(variables.isInside || variables.isList) || request.operation',
      replace: '`!variables.isInside || request.operation',
    },
  }),
];
