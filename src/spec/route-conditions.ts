// What live objects say about a route: ready, still waiting, or failed for good. Pure; reads nothing, waits for nothing. A
// condition counts only when it was set for the generation that stands there.
import { CERTIFICATE_MISSING, failing, isFine } from './condition-reasons.ts';
import type { Problem } from './errors.ts';
import type {
  Condition,
  GatewayStatus,
  ListenerStatus,
  LiveObject,
  ParentReference,
  RouteParentStatus,
} from './gateway-objects.ts';

export type Judgement =
  | { state: 'ready' }
  | { state: 'waiting'; why: string }
  | { state: 'failed'; why: string; problem: Problem };

const READY: Judgement = { state: 'ready' };
const GATEWAY_GROUP = 'gateway.networking.k8s.io';

/** The worst of them: one that failed, else one that waits. */
export function judgeAll(judgements: readonly Judgement[]): Judgement {
  const first = (state: Judgement['state']) => judgements.find((each) => each.state === state);
  return first('failed') ?? first('waiting') ?? READY;
}

/** `sections`: those of its listeners that count; of a shared Gateway the others are nobody's business here. */
export function judgeGateway(gateway: LiveObject | undefined, sections: readonly string[]): Judgement {
  if (gateway === undefined) return waiting('the Gateway is not there yet');
  return judgeListening(gateway, sections);
}

export function judgeListenerSet(listenerSet: LiveObject | undefined, entries: readonly string[]): Judgement {
  if (listenerSet === undefined) return waiting('the ListenerSet is not there yet');
  return judgeListening(listenerSet, entries);
}

/** Controllers are told apart by nobody here: one that says it is ready is enough. */
export function judgeRoute(route: LiveObject | undefined, parent: ParentReference): Judgement {
  if (route === undefined) return waiting('the route is not there yet');
  const { parents = [] } = (route['status'] ?? {}) as { parents?: RouteParentStatus[] };
  const { namespace } = route.metadata;
  const ours = parents.filter(({ parentRef }) => sameParent(parentRef, parent, namespace));
  const who = `${described(route)} at ${parent.kind ?? 'Gateway'} ${parent.name}`;
  const [first, ...others] = ours.map(({ conditions }) =>
    judgeConditions(who, route.metadata.generation, conditions, ['Accepted', 'ResolvedRefs']),
  );
  if (first === undefined) return waiting(`${who}: no controller has seen it yet`);
  const all = [first, ...others];
  return all.find(({ state }) => state === 'ready') ?? all.find(({ state }) => state === 'waiting') ?? first;
}

export function judgeCertificate(certificate: LiveObject | undefined): Judgement {
  if (certificate === undefined) return waiting('the Certificate is not there yet');
  const { generation } = certificate.metadata;
  const { conditions } = (certificate['status'] ?? {}) as GatewayStatus;
  const who = described(certificate);
  const ready = judgeConditions(who, generation, conditions, ['Ready']);
  if (ready.state === 'ready') return ready;
  // Why nothing is issued stands in another condition, which is gone once something is.
  const issuing = current(conditions, 'Issuing', generation);
  return issuing === undefined || issuing.status === 'True' ? ready : judgeFalse(who, issuing);
}

/**
 * Istio writes no condition that says that its own Gateway and VirtualService are in force. What is read instead: that they
 * stand there, the address of the ingress Service (`serviceAddresses`), and in the end the answer of the DNS servers.
 */
export function judgeClassic(object: LiveObject | undefined): Judgement {
  return object === undefined ? waiting("Istio's Gateway or VirtualService is not there yet") : READY;
}

function judgeListening(object: LiveObject, sections: readonly string[]): Judgement {
  const { conditions, listeners = [] } = (object['status'] ?? {}) as GatewayStatus;
  const { generation } = object.metadata;
  const who = described(object);
  const wanted = sections.map((name) => ({ name, status: listeners.find((each) => each.name === name) }));
  const each = judgeAll(
    wanted.map(({ name, status }) => judgeListener(`${who}, listener ${name}`, generation, status)),
  );
  const whole = judgeConditions(who, generation, conditions, ['Accepted', 'Programmed']);
  // Controllers call the whole invalid while a certificate is missing, and mend it once it is there.
  const excused = whole.state === 'failed' && wanted.some(({ status }) => lacksCertificate(status, generation));
  return excused ? each : judgeAll([each, whole]);
}

function judgeListener(who: string, generation: number | undefined, status: ListenerStatus | undefined): Judgement {
  if (status === undefined) return waiting(`${who}: no controller has seen it yet`);
  const { conditions } = status;
  const conflicted = conditions?.find(({ type }) => type === 'Conflicted');
  // Where it is missing there is no conflict; one of an older generation may be over.
  if (conflicted?.status === 'True') {
    return conflicted.observedGeneration === generation ? judgeFalse(who, conflicted) : outdated(who, conflicted);
  }
  // References first: the others are false with them, for reasons that sound final.
  return judgeConditions(who, generation, conditions, ['ResolvedRefs', 'Accepted', 'Programmed']);
}

function lacksCertificate(status: ListenerStatus | undefined, generation: number | undefined): boolean {
  const resolved = current(status?.conditions, 'ResolvedRefs', generation);
  return resolved?.status === 'False' && resolved.reason === CERTIFICATE_MISSING;
}

/** In this order; the first that is not as it should be decides. */
function judgeConditions(
  who: string,
  generation: number | undefined,
  conditions: readonly Condition[] | undefined,
  needed: readonly string[],
): Judgement {
  for (const type of needed) {
    const condition = conditions?.find((each) => each.type === type);
    if (condition === undefined) return waiting(`${who}: ${type} is not said yet`);
    if (generation === undefined || condition.observedGeneration !== generation) return outdated(who, condition);
    if (condition.status === 'True') continue;
    if (condition.status === 'False' && isFine(condition)) continue;
    return judgeFalse(who, condition);
  }
  return READY;
}

function judgeFalse(who: string, condition: Condition): Judgement {
  const { reason = '', status } = condition;
  const why = `${who}: ${said(condition)}`;
  const final = status === 'Unknown' ? undefined : failing(reason);
  if (final === undefined) return waiting(why);
  return { state: 'failed', why, problem: { code: final.code, message: why, hint: final.hint } };
}

function outdated(who: string, { type, observedGeneration }: Condition): Judgement {
  return waiting(`${who}: ${type} is still about generation ${observedGeneration ?? 'unknown'}`);
}

function current(conditions: readonly Condition[] | undefined, type: string, generation: number | undefined) {
  return conditions?.find((each) => each.type === type && each.observedGeneration === generation);
}

/** A controller's message may be a page; people read the beginning. */
const MAX_MESSAGE_LENGTH = 300;

function said({ type, status, reason, message }: Condition): string {
  const words = [reason, message].filter((each) => each !== undefined && each !== '').join(': ');
  const short = words.length <= MAX_MESSAGE_LENGTH ? words : `${words.slice(0, MAX_MESSAGE_LENGTH - 1)}…`;
  return short === '' ? `${type} is ${status}` : `${type} is ${status} (${short})`;
}

function sameParent(left: ParentReference, right: ParentReference, namespace: string | undefined): boolean {
  const whole = (ref: ParentReference) => [
    ref.group ?? GATEWAY_GROUP,
    ref.kind ?? 'Gateway',
    ref.namespace ?? namespace,
    ref.name,
    ref.sectionName,
    ref.port,
  ];
  const other = whole(right);
  return whole(left).every((part, index) => part === other[index]);
}

function described({ kind, metadata: { namespace, name } }: LiveObject): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function waiting(why: string): Judgement {
  return { state: 'waiting', why };
}
