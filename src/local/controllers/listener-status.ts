// What a listener's status says, but for how many routes hang on it. Pure.
import type { Condition, LiveObject } from '../../spec/gateway-objects.ts';
import { no, type Said, yes } from './conditions.ts';
import type { Listener } from './listeners.ts';
import { all, GATEWAY_GROUP, type World } from './objects.ts';

export interface ListenerVerdict {
  listener: Listener;
  /** Traffic would come through it. */
  valid: boolean;
  supportedKinds: { group: string; kind: string }[];
  conditions: Said[];
}

const SUPPORTED: Readonly<Record<string, readonly string[]>> = {
  HTTP: ['HTTPRoute', 'GRPCRoute'],
  HTTPS: ['HTTPRoute', 'GRPCRoute'],
  TLS: ['TLSRoute'],
};

/** `issued`: Secrets that are there, by `namespace/name`. */
export function listenerVerdict(issued: ReadonlySet<string>, listener: Listener): ListenerVerdict {
  const { spec, conflict } = listener;
  const kinds = routeKinds(listener);
  const references = referenceProblem(issued, listener);
  const refused = conflict ?? (SUPPORTED[spec.protocol] === undefined ? 'UnsupportedProtocol' : undefined);
  // A kind of route too many hinders nobody.
  const valid = refused === undefined && (references === undefined || references.reason === 'InvalidRouteKinds');
  return {
    listener,
    valid,
    supportedKinds: kinds.map((kind) => ({ group: GATEWAY_GROUP, kind })),
    conditions: conflict === undefined ? judged(listener, { refused, references, valid }) : inConflict(conflict),
  };
}

interface Findings {
  refused: string | undefined;
  references: { reason: string; message: string } | undefined;
  valid: boolean;
}

function judged({ spec }: Listener, { refused, references, valid }: Findings): Said[] {
  return [
    refused === undefined ? yes('Accepted') : no('Accepted', refused, `port ${spec.port}, ${spec.protocol}`),
    no('Conflicted', 'NoConflicts', 'nobody else has its port and hostname'),
    references === undefined ? yes('ResolvedRefs') : no('ResolvedRefs', references.reason, references.message),
    valid ? yes('Programmed') : no('Programmed', 'Invalid', refused ?? references?.reason ?? ''),
  ];
}

/** Nothing is said of its references: nobody looks at them. */
function inConflict(reason: string): Said[] {
  const message = 'an older listener has its port and hostname';
  return [
    no('Accepted', reason, message),
    { ...yes('Conflicted', reason), message },
    no('Programmed', reason, message),
  ];
}

/** Kinds of routes that may hang on it. */
export function routeKinds({ spec }: Listener): string[] {
  const supported = SUPPORTED[spec.protocol] ?? [];
  const wanted = spec.allowedRoutes?.kinds ?? [];
  if (wanted.length === 0) return [...supported];
  return supported.filter((kind) =>
    wanted.some((each) => each.kind === kind && (each.group ?? GATEWAY_GROUP) === GATEWAY_GROUP),
  );
}

function referenceProblem(
  issued: ReadonlySet<string>,
  listener: Listener,
): { reason: string; message: string } | undefined {
  const { owner, spec } = listener;
  if ((spec.allowedRoutes?.kinds ?? []).length > routeKinds(listener).length) {
    return {
      reason: 'InvalidRouteKinds',
      message: `a ${spec.protocol} listener takes only ${routeKinds(listener).join(', ')}`,
    };
  }
  if (spec.protocol !== 'HTTPS' && spec.tls?.mode !== 'Terminate') return undefined;
  const references = spec.tls?.certificateRefs ?? [];
  if (references.length === 0) return { reason: 'InvalidCertificateRef', message: 'it names no certificate' };
  for (const { group = '', kind = 'Secret', name, namespace = owner.metadata.namespace } of references) {
    const what = `${kind} ${namespace}/${name}`;
    if (group !== '' || kind !== 'Secret') return { reason: 'InvalidCertificateRef', message: `${what} is no Secret` };
    // No ReferenceGrant is read: nothing of naas needs one.
    if (namespace !== owner.metadata.namespace)
      return { reason: 'RefNotPermitted', message: `${what} is in another namespace` };
    if (!issued.has(`${namespace}/${name}`))
      return { reason: 'InvalidCertificateRef', message: `${what} is not there yet` };
  }
  return undefined;
}

/** Stand-ins write no Secret and may not read any: it counts as there once a Certificate that goes into it is ready. */
export function issuedSecrets(world: World): Set<string> {
  const ready = all(world, 'Certificate').filter(isReady);
  return new Set(ready.map((each) => `${each.metadata.namespace}/${secretOf(each)}`));
}

function secretOf(certificate: LiveObject): string | undefined {
  return (certificate['spec'] as { secretName?: string } | undefined)?.secretName;
}

function isReady({ status }: LiveObject): boolean {
  const { conditions = [] } = (status ?? {}) as { conditions?: Condition[] };
  return conditions.some(({ type, status: said }) => type === 'Ready' && said === 'True');
}
