// What was asked of the management endpoint, in order: the ground truth of writes for a test, and of the time that the
// emulator itself took for a bench.

export interface LoggedRequest {
  sequence: number;
  /** When its headers were read, in milliseconds since 1970. */
  atMs: number;
  method: string;
  path: string;
  ifMatch: string | undefined;
  ifNoneMatch: string | undefined;
  /** `x-ms-client-request-id`, as the caller sent it. */
  callerRequestId: string | undefined;
  userAgent: string | undefined;
  /** Application that the bearer token names. */
  caller: string | undefined;
  /** undefined: never answered, because the connection was cut or the answer is held back. */
  status: number | undefined;
  retryAfterSeconds: number | undefined;
  /** What the request did, whatever the caller heard. */
  effect: 'none' | 'created' | 'changed' | 'deleted';
  fault: string | undefined;
  /** From the headers to the answer handed to the socket, without a stall that a fault asked for. */
  spentMs: number;
}

/** Beyond them the oldest go: a server that runs alone for days must not grow. */
const MOST_KEPT = 20_000;

export class RequestLog {
  #requests: LoggedRequest[] = [];
  #next = 1;

  add(request: Omit<LoggedRequest, 'sequence'>): LoggedRequest {
    const logged = { sequence: this.#next, ...request };
    this.#next += 1;
    this.#requests.push(logged);
    if (this.#requests.length > MOST_KEPT) this.#requests.shift();
    return logged;
  }

  list(): LoggedRequest[] {
    return this.#requests.map((request) => ({ ...request }));
  }

  clear(): void {
    this.#requests = [];
  }
}
