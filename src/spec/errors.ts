// The one table of what can go wrong: CLI, workflows, activities and docs read it. Pure; no vendor's error leaks in here.

interface ErrorRow {
  /** Permanent: trying again with the same input cannot help. Everything else is retried. */
  permanent: boolean;
  http: number;
  /** 1 unexpected, 2 invalid or refused, 3 rejected/lapsed/cancelled, 4 failed, 5 blocked, 6 not found, 7 conflict, 8 unknown. */
  exit: number;
  hint: string;
}

export const ERRORS = {
  InvalidRequest: {
    permanent: true,
    http: 422,
    exit: 2,
    hint: 'Correct the named fields and send the request again; `naas schema` prints what is allowed.',
  },
  RefusedByGuardrail: {
    permanent: true,
    http: 422,
    exit: 2,
    hint: 'The policy that refused is named; ask its owner, or change the request.',
  },
  Unproven: {
    permanent: true,
    http: 401,
    exit: 2,
    hint: 'Say who you are (`--as` with a local issuer, or sign in again): the proof is missing, expired or by a key that is not trusted.',
  },
  NotAllowed: { permanent: true, http: 403, exit: 2, hint: 'Ask one of the people or groups named in the message.' },
  Conflict: { permanent: true, http: 409, exit: 7, hint: 'Look at what holds the name with `naas status NAME`.' },
  RequestIdReused: { permanent: true, http: 409, exit: 7, hint: 'Use a new request id for another content.' },
  StaleDigest: {
    permanent: true,
    http: 409,
    exit: 7,
    hint: 'Look at it again (`naas status NAME`, approvers: `naas approvals`) and send it again.',
  },
  NotAwaitingApproval: {
    permanent: true,
    http: 409,
    exit: 7,
    hint: 'Nothing waits for a decision; see `naas status NAME`.',
  },
  AlreadyDecided: {
    permanent: true,
    http: 409,
    exit: 7,
    hint: 'Your decision is counted already; nothing more is needed from you.',
  },
  NothingInProgress: { permanent: true, http: 409, exit: 7, hint: 'Nothing is in progress; use `naas delete NAME`.' },
  StillInProgress: { permanent: true, http: 409, exit: 7, hint: 'Use `naas cancel NAME`; it undoes what was begun.' },
  NotBlocked: { permanent: true, http: 409, exit: 7, hint: 'Nothing is blocked; see `naas status NAME`.' },
  RemovalBegun: {
    permanent: true,
    http: 409,
    exit: 7,
    hint: 'The removal goes on to its end; watch it with `naas watch NAME`.',
  },
  Ended: { permanent: true, http: 409, exit: 7, hint: 'This run is over; submit a new request.' },
  NotFound: { permanent: true, http: 404, exit: 6, hint: '`naas list` shows what there is.' },
  Rejected: {
    permanent: true,
    http: 409,
    exit: 3,
    hint: 'Ask the person who rejected it; the reason stands in `naas history NAME`.',
  },
  Lapsed: { permanent: true, http: 409, exit: 3, hint: 'Nobody decided in time; submit the request again.' },
  Cancelled: {
    permanent: true,
    http: 409,
    exit: 3,
    hint: 'It was cancelled and undone; submit the request again when wanted.',
  },
  Failed: { permanent: true, http: 500, exit: 4, hint: 'Everything was undone; `naas history NAME` says what failed.' },
  Blocked: {
    permanent: true,
    http: 503,
    exit: 5,
    hint: '`naas status NAME` says what blocks it and the command that helps.',
  },
  Unknown: {
    permanent: false,
    http: 504,
    exit: 8,
    hint: 'It may still run: ask `naas status NAME`, or repeat the same command (it is safe).',
  },
  Forbidden: {
    permanent: true,
    http: 403,
    exit: 4,
    hint: 'Run `naas doctor`: the account of naas lacks a right, or an admission policy denied the write.',
  },
  Invalid: {
    permanent: true,
    http: 422,
    exit: 4,
    hint: 'The API server refused the object; the message names the field.',
  },
  FieldConflict: {
    permanent: true,
    http: 409,
    exit: 4,
    hint: 'Another field manager holds the field; the message names it.',
  },
  NotOurs: {
    permanent: true,
    http: 409,
    exit: 4,
    hint: 'The object exists and carries another owner; naas leaves it alone.',
  },
  KindMissing: {
    permanent: true,
    http: 404,
    exit: 4,
    hint: 'The cluster lacks this kind; install its CRD or change the template.',
  },
  Outdated: {
    permanent: false,
    http: 409,
    exit: 1,
    hint: 'Somebody else wrote the object at the same moment; naas reads it again and goes on by itself.',
  },
  Gone: {
    permanent: true,
    http: 410,
    exit: 4,
    hint: 'The namespace was deleted underneath; submit the request again.',
  },
  Throttled: {
    permanent: false,
    http: 429,
    exit: 1,
    hint: 'The system asks to wait; naas does, and goes on by itself.',
  },
  Unavailable: {
    permanent: false,
    http: 503,
    exit: 1,
    hint: 'Check that the named server runs and can be reached; the same command may be repeated.',
  },
  DeadlinePassed: { permanent: false, http: 504, exit: 1, hint: 'The call took too long; naas tries again by itself.' },
  NotReadyYet: {
    permanent: false,
    http: 503,
    exit: 1,
    hint: 'The cluster has not confirmed it yet; naas looks again by itself.',
  },
  Paused: {
    permanent: false,
    http: 503,
    exit: 1,
    hint: 'An operator paused naas; it goes on by itself after `naas resume`.',
  },
  Unexpected: { permanent: false, http: 500, exit: 1, hint: 'This should not happen; `naas doctor` may know more.' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorName = keyof typeof ERRORS;

/** What people and programs are told of one thing that went wrong. JSON-safe. */
export interface Problem {
  code: ErrorName;
  /** What was tried, on what, and why it did not work. */
  message: string;
  /** Path in the request, such as `network.egressTo[0].cidr`. */
  field?: string;
  value?: unknown;
  allowed?: string[];
  /** What to do, where the table's words for its code do not fit. */
  hint?: string;
  file?: string;
  line?: number;
  column?: number;
}

/** The error class of naas; its `name` is the row of the table, so Temporal records it as the failure's type. */
export class NaasError extends Error {
  readonly problems: Problem[];
  readonly retryAfterMs: number | undefined;
  /** Time ran out before anything was asked: it says nothing of the other side. */
  readonly isUnsent: boolean;

  constructor(
    problems: Problem | Problem[],
    options: { cause?: unknown; retryAfterMs?: number; isUnsent?: boolean } = {},
  ) {
    const list = Array.isArray(problems) ? problems : [problems];
    super(
      list.map((problem) => problem.message).join('\n'),
      options.cause === undefined ? {} : { cause: options.cause },
    );
    this.problems = list;
    this.name = list[0]?.code ?? 'Unexpected';
    this.retryAfterMs = options.retryAfterMs;
    this.isUnsent = options.isUnsent ?? false;
  }

  get code(): ErrorName {
    return isErrorName(this.name) ? this.name : 'Unexpected';
  }
}

export function hintOf({ code, hint }: Pick<Problem, 'code' | 'hint'>): string {
  return hint ?? ERRORS[code].hint;
}

export function isErrorName(name: string): name is ErrorName {
  return Object.hasOwn(ERRORS, name);
}
