// The worker's log: one JSON object a line for machines, or text for people. It writes plain values only, and takes
// credentials out of every text.
import { styleText } from 'node:util';
import { DefaultLogger, type LogEntry, type Logger } from '@temporalio/worker';
import { namespaceOf } from '../../spec/names.ts';
import { redact } from '../redact.ts';

export type LogFormat = 'json' | 'text';

type Line = Record<string, unknown>;

/** Below `INFO` the SDK tells of every task: volume without news. */
const LEVEL = 'INFO';

export function createLogger(format: LogFormat, write: (line: string) => void = toStderr): Logger {
  const render = format === 'json' ? JSON.stringify : textOf;
  return new DefaultLogger(LEVEL, (entry) => write(`${render(lineOf(entry))}\n`));
}

const COLOUR: Record<string, 'red' | 'yellow' | 'green'> = { error: 'red', warn: 'yellow' };

/** Colours on a terminal only; `NO_COLOR` counts. */
function textOf({ time, level, message, error, ...rest }: Line): string {
  const mark = styleText(COLOUR[String(level)] ?? 'green', String(level).toUpperCase().padEnd(5), {
    stream: process.stderr,
  });
  const facts = Object.entries(rest).map(([key, value]) => ` ${key}=${value}`);
  const { message: said, stack, cause } = (error ?? {}) as Line;
  const trace = stack ?? said;
  const because = cause === undefined ? '' : `\n  because: ${cause}`;
  return `${time} ${mark} ${message}${facts.join('')}${trace === undefined ? '' : `\n  ${trace}`}${because}`;
}

/** Whoever holds a task token may answer in the worker's place; the others would overwrite what a line always has. */
const LEFT_OUT = new Set(['taskToken', 'time', 'level', 'message']);

function lineOf({ level, message, meta, timestampNanos }: LogEntry): Line {
  const { namespace, error, workflowId, runId, workflowRunId, ...rest } = meta ?? {};
  return {
    time: new Date(Number(timestampNanos / 1_000_000n)).toISOString(),
    level: level.toLowerCase(),
    message: redact(message),
    // People ask for naas's namespace; Temporal's own is the same in every line.
    ...plain({
      namespace: typeof workflowId === 'string' ? namespaceOf(workflowId) : undefined,
      workflowId,
      runId: runId ?? workflowRunId,
    }),
    ...plain({ temporalNamespace: namespace }),
    ...plain(Object.fromEntries(Object.entries(rest).filter(([key]) => !LEFT_OUT.has(key)))),
    ...(error === undefined ? {} : { error: errorOf(error) }),
  };
}

/** Objects are left out: nobody can say what a library put into them. */
function plain(values: Record<string, unknown>): Line {
  const kept: Line = {};
  for (const [key, value] of Object.entries(values)) {
    if (typeof value === 'string') kept[key] = redact(value);
    else if (typeof value === 'number' || typeof value === 'boolean') kept[key] = value;
    else if (typeof value === 'bigint') kept[key] = String(value);
  }
  return kept;
}

function errorOf(error: unknown): Line {
  if (!(error instanceof Error)) return { message: redact(String(error)) };
  const { type } = error as { type?: unknown };
  return {
    name: error.name,
    ...plain({ type }),
    message: redact(error.message),
    ...(error.stack === undefined ? {} : { stack: redact(error.stack) }),
    ...(error.cause === undefined || error.cause === null ? {} : { cause: causeOf(error.cause) }),
  };
}

/** One line of each: the whole chain of stacks is a page, and the first one says where. */
function causeOf(cause: unknown): string {
  const texts: string[] = [];
  for (let each = cause; each !== undefined && each !== null && texts.length < 5; ) {
    texts.push(each instanceof Error ? each.message : String(each));
    each = each instanceof Error ? each.cause : undefined;
  }
  return redact(texts.join(': '));
}

function toStderr(line: string): void {
  process.stderr.write(line);
}
