// What a test may do to one call on its way: answer in the API server's place, break the connection, or wait for something.
// Rules are keyed by tenant, verb, resource and name, never by a count over all calls, so that many namespaces can run at
// once and each meets its own fault.
import type { ApiCall, WriteVerb } from './fault-proxy-request.ts';

export type Fault =
  /** Answers without forwarding: the write never happened. */
  | { mode: 'fail-before'; status: FaultStatus }
  /** Forwards, throws the answer away: the write happened and the caller is told that it did not. */
  | { mode: 'fail-after'; status: FaultStatus }
  | { mode: 'reset-before' | 'reset-after' }
  /** Never answers and never forwards; the caller's own deadline has to end it. */
  | { mode: 'stall' }
  /** Forwards, and breaks off in the middle of the answer. */
  | { mode: 'truncate' };

/** 403 and 422 never get better by themselves; the others do. */
export type FaultStatus = 403 | 422 | 429 | 500 | 503;

export interface Rule {
  tenant: string;
  verb?: WriteVerb;
  resource?: string;
  /** With `*` in the place of the tenant's name, so that one table of effects fits every tenant. */
  name?: string;
  fault?: Fault;
  /** How often it strikes; without it for ever. */
  times?: number;
  /** Awaited before the call is forwarded. `drop` closes the connection without forwarding. */
  before?(held: HeldCall): Promise<'forward' | 'drop'>;
  /** Awaited after the API server has answered and before the caller hears of it. */
  after?(held: HeldCall, status: number): Promise<void>;
}

/** A call that is held at the proxy; it can be sent later, and more than once, whatever became of its sender. */
export interface HeldCall {
  call: ApiCall;
  /** Sends the very bytes to the API server now. */
  forward(): Promise<{ status: number; body: Buffer }>;
}

export interface ActiveRule {
  /** How often it has struck. */
  hits(): number;
  lift(): void;
}

/** The name with `*` where the tenant's name stands. */
export function generalName(call: Pick<ApiCall, 'tenant' | 'name'>): string {
  return call.tenant === '' ? call.name : call.name.replaceAll(call.tenant, '*');
}

export function matches(rule: Rule, call: ApiCall): boolean {
  return (
    call.effect &&
    rule.tenant === call.tenant &&
    (rule.verb === undefined || rule.verb === call.verb) &&
    (rule.resource === undefined || rule.resource === call.resource) &&
    (rule.name === undefined || rule.name === call.name || rule.name === generalName(call))
  );
}

const REASONS: Record<FaultStatus, string> = {
  403: 'Forbidden',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** What the API server would answer: a Status object, and Retry-After where it sends one. */
export function faultAnswer(status: FaultStatus, call: ApiCall): { headers: Record<string, string>; body: string } {
  const reason = REASONS[status];
  const retry: Record<string, string> = status === 429 || status === 503 ? { 'retry-after': '1' } : {};
  const body = JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `planted fault: ${call.verb} ${call.resource} "${call.name}" is refused`,
    reason,
    details: { name: call.name, group: call.group, kind: call.resource },
    code: status,
  });
  return { headers: { 'content-type': 'application/json', ...retry }, body };
}
