// What a test may do to one call on its way: answer in the API server's place, break the connection, or wait for something.
// Rules are keyed by tenant, verb, resource and name, never by a count over all calls, so that many namespaces can run at
// once and each meets its own fault.
import type { ApiCall, Verb } from './fault-proxy-request.ts';

export type Fault =
  /** Answers without forwarding: the call never happened. */
  | { mode: 'fail-before'; status: FaultStatus; retryAfterSeconds?: number }
  /** Forwards, throws the answer away: the write happened and the caller is told that it did not. */
  | { mode: 'fail-after'; status: FaultStatus; retryAfterSeconds?: number }
  /** The connection breaks: before anything is forwarded, or when all has happened and nothing has been answered. */
  | { mode: 'reset-before' | 'reset-after' }
  /** Forwards; the connection breaks after the head of the answer, in the middle of its body, or after all of it. */
  | { mode: 'reset-head' | 'truncate' | 'reset-tail' }
  /** Silence. With a time, the call goes on after it, whether or not its sender still listens; else never. */
  | { mode: 'stall'; seconds?: number }
  /** Forwards; answers what no API server would: half of the JSON, or somebody's web page. */
  | { mode: 'half-json' | 'page' };

/** 403 and 422 never get better by themselves; the others do. */
export type FaultStatus = 403 | 409 | 412 | 422 | 429 | 500 | 503 | 504;

export interface Rule {
  tenant: string;
  activity?: string;
  /** `read` for a rule on reads; without it all that changes the cluster. */
  verb?: Verb;
  resource?: string;
  /** For calls that are about no object, such as discovery. */
  path?: string;
  /** With `*` in the place of the tenant's name, so that one table of effects fits every tenant. */
  name?: string;
  fault?: Fault;
  /** How often it strikes; without it for ever. */
  times?: number;
  /** Awaited before the call is forwarded. `drop` closes the connection without forwarding. */
  before?(held: HeldCall): Promise<'forward' | 'drop'>;
  /** Awaited after the API server has answered and before the caller hears of it. `drop` closes the connection; beside a fault, that says how it goes on. */
  after?(held: HeldCall, status: number): Promise<'reply' | 'drop'>;
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
    (rule.verb === 'read' ? call.verb === 'read' : call.effect) &&
    rule.tenant === call.tenant &&
    (rule.activity === undefined || rule.activity === call.activity) &&
    (rule.verb === undefined || rule.verb === call.verb) &&
    (rule.path === undefined || rule.path === call.path) &&
    (rule.resource === undefined || rule.resource === call.resource) &&
    (rule.name === undefined || rule.name === call.name || rule.name === generalName(call))
  );
}

const REASONS: Record<FaultStatus, string> = {
  403: 'Forbidden',
  409: 'Conflict',
  412: 'PreconditionFailed',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** What the API server would answer: a Status object, and Retry-After where it is to send one. */
export function faultAnswer(
  status: FaultStatus,
  call: ApiCall,
  retryAfterSeconds?: number,
): { headers: Record<string, string>; body: string } {
  // Of a create, 409 says that the name is taken; of anything else, that another write came in between.
  const reason = status === 409 && call.verb === 'create' ? 'AlreadyExists' : REASONS[status];
  const retry: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
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
