// The client's way to Temporal: one connection, made at the first call; deadlines, safe repeats and typed errors around each
// call. It knows no message and decides nothing about a namespace.
import type { Client, Connection, WorkflowExecutionInfo } from '@temporalio/client';
import { isErrorName, NaasError, type Problem } from '../spec/errors.ts';
import type { NaasClientOptions } from './api.ts';

export interface Temporal {
  client: Client;
  connection: Connection;
  sdk: typeof import('@temporalio/client');
  address: string;
}

/** A caller waits this long at most; what has not answered by then may still run. */
export const DEADLINE_MS = 10_000;

/** Between two tries of a call that met a restart or a fresh history: both are over in a moment. */
const PAUSE_MS = 150;

export async function connect(options: NaasClientOptions): Promise<Temporal> {
  const [sdk, { loadClientConnectConfig }] = await Promise.all([
    import('@temporalio/client'),
    import('@temporalio/envconfig'),
  ]);
  const config = loadClientConnectConfig();
  const connectionOptions = {
    ...config.connectionOptions,
    ...(options.address === undefined ? {} : { address: options.address }),
  };
  const address = connectionOptions.address ?? 'localhost:7233';
  try {
    const connection = await sdk.Connection.connect({ ...connectionOptions, connectTimeout: DEADLINE_MS });
    const namespace = options.namespace ?? config.namespace ?? 'default';
    return { sdk, connection, address, client: new sdk.Client({ connection, namespace }) };
  } catch (cause) {
    const problem: Problem = {
      code: 'Unavailable',
      message: `cannot reach Temporal at ${address}: ${messageOf(cause)}`,
      ...(connectionOptions.address === undefined ? { hint: NOT_CONFIGURED } : {}),
    };
    throw new NaasError(problem, { cause });
  }
}

const NOT_CONFIGURED =
  'TEMPORAL_ADDRESS is not set, so the usual address was tried: set it, or name one (`--address HOST:PORT`); `naas local up` starts a platform here.';

/** What a call is about, for messages. */
export interface Call {
  what: string;
  deadlineMs: number;
}

/**
 * Repeats a call with the same ids while the server is away, or while the run moved to a fresh history, until the deadline;
 * then the outcome is unknown. `tryAgain` may say that an answer, too, deserves another try.
 */
export async function repeatedly<T>(
  temporal: Temporal,
  call: Call,
  attempt: () => Promise<T>,
  tryAgain: (error: NaasError) => boolean | Promise<boolean> = () => false,
): Promise<T> {
  const deadline = Date.now() + call.deadlineMs;
  for (;;) {
    try {
      return await temporal.connection.withDeadline(deadline, attempt);
    } catch (cause) {
      const error = asNaasError(temporal, cause, call);
      const again = error === 'again' || (await tryAgain(error));
      if (!again) throw error;
      if (Date.now() + PAUSE_MS >= deadline) throw unknown(call, cause);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** The runs that a visibility query finds; each page has the deadline anew, so that a long list may take its time. */
export async function* listed(temporal: Temporal, call: Call, query: string): AsyncGenerator<WorkflowExecutionInfo> {
  const { client, connection, address } = temporal;
  const runs = client.workflow.list({ query })[Symbol.asyncIterator]();
  for (;;) {
    try {
      const { done, value } = await connection.withDeadline(Date.now() + call.deadlineMs, () => runs.next());
      if (done === true) return;
      yield value;
    } catch (cause) {
      const error = asNaasError(temporal, cause, call);
      // Asked once more, a list that broke off would say that it had come to its end.
      if (error !== 'again') throw error;
      throw new NaasError(
        { code: 'Unavailable', message: `${call.what}: Temporal at ${address} does not answer: ${messageOf(cause)}` },
        { cause },
      );
    }
  }
}

function asNaasError({ sdk, address }: Temporal, cause: unknown, call: Call): NaasError | 'again' {
  if (cause instanceof NaasError) return cause;
  if (cause instanceof sdk.WorkflowUpdateFailedError || cause instanceof sdk.WorkflowFailedError) {
    if (failureOf(cause).type === UNPROCESSED) return 'again';
    const error = failureAsNaasError(cause);
    // The run is about to begin a fresh history and has not taken the message.
    return error.code === 'NotReadyYet' ? 'again' : error;
  }
  const missing = missingNamespace(cause);
  if (missing !== undefined) return noSuchNamespace(address, missing, cause);
  if (cause instanceof sdk.WorkflowUpdateRPCTimeoutOrCancelledError) return unknown(call, cause);
  if (cause instanceof sdk.WorkflowNotFoundError)
    return new NaasError({ code: 'NotFound', message: `${call.what}: there is no such run` }, { cause });
  const grpc = grpcCode(cause);
  switch (grpc) {
    case 5: // NOT_FOUND: the run, or an update that a restart forgot
      return new NaasError({ code: 'NotFound', message: `${call.what}: there is no such run` }, { cause });
    case 9: // FAILED_PRECONDITION: the update met continue-as-new
    case 14: // UNAVAILABLE
      return 'again';
    case 1: // CANCELLED
    case 4: // DEADLINE_EXCEEDED
      return unknown(call, cause);
    default:
      return new NaasError({ code: 'Unexpected', message: `${call.what}: ${messageOf(cause)}` }, { cause });
  }
}

/** Temporal's own namespace, where its answer is that there is none of this name. */
function missingNamespace(cause: unknown): string | undefined {
  for (let error = cause; error instanceof Error; error = error.cause) {
    const [, named] = /^(?:\d+ NOT_FOUND: )?Namespace (?:not found: ')?([^\s']+)/.exec(error.message) ?? [];
    if (named !== undefined && /not found/i.test(error.message)) return named;
  }
  return undefined;
}

/** The field says that it is no run that is missing. */
function noSuchNamespace(address: string, namespace: string, cause: unknown): NaasError {
  const problem: Problem = {
    code: 'NotFound',
    message: `Temporal at ${address} has no Temporal namespace ${namespace}: check TEMPORAL_NAMESPACE`,
    field: TEMPORAL_NAMESPACE,
    hint: 'It is the one that the worker uses; `naas doctor` looks at it.',
  };
  return new NaasError(problem, { cause });
}

/** Whether a run is not there; else it is Temporal's namespace that is not. */
export function isMissingRun({ code, problems }: NaasError): boolean {
  return code === 'NotFound' && problems[0]?.field !== TEMPORAL_NAMESPACE;
}

const TEMPORAL_NAMESPACE = 'TEMPORAL_NAMESPACE';

function unknown(call: Call, cause: unknown): NaasError {
  const seconds = Math.round(call.deadlineMs / 1000);
  return new NaasError(
    { code: 'Unknown', message: `${call.what}: no answer within ${seconds} s; it may still run` },
    { cause },
  );
}

/** The server's own answer: a worker ended a task in which the message was given to it, and no handler has seen it. */
const UNPROCESSED = 'UnprocessedUpdate';

function failureOf(error: Error): { type?: string; message?: string; details?: { problems?: Problem[] }[] } {
  return error.cause ?? {};
}

function failureAsNaasError(error: Error): NaasError {
  const failure = failureOf(error);
  const problems = failure.details?.[0]?.problems;
  if (problems !== undefined && problems.length > 0) return new NaasError(problems, { cause: error });
  const code = failure.type !== undefined && isErrorName(failure.type) ? failure.type : 'Unexpected';
  return new NaasError({ code, message: failure.message ?? error.message }, { cause: error });
}

function grpcCode(cause: unknown): number | undefined {
  for (let error = cause; error instanceof Error; error = error.cause) {
    const { code } = error as { code?: unknown };
    if (typeof code === 'number') return code;
  }
  return undefined;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error
    ? [cause.message, cause.cause instanceof Error ? cause.cause.message : ''].filter(Boolean).join(': ')
    : String(cause);
}
