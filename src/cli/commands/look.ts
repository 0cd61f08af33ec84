// The commands that only read: `status`, `watch`, `list`, `history`.
import type { ListFilter } from '../../client/api.ts';
import { ERRORS } from '../../spec/errors.ts';
import { isEnd, PHASES } from '../../spec/lifecycle.ts';
import { nearest } from '../../spec/nearest.ts';
import type { StatusRow } from '../../spec/status.ts';
import { type Context, print, printJson, say } from '../context.ts';
import { waitFor } from '../ending.ts';
import { follow } from '../follow.ts';
import { exitFor } from '../outcome.ts';
import { renderHistory } from '../render-history.ts';
import { renderList, renderNone } from '../render-list.ts';
import { renderStatus } from '../render-status.ts';
import { withClient } from '../session.ts';
import { UsageError } from '../usage-error.ts';

export async function status(context: Context, name: string): Promise<number> {
  return withClient(context, async (client) => {
    const answer = await client.status(name);
    const { terminal } = context;
    if (context.globals.json === true) printJson(context, answer);
    else print(context, renderStatus(answer, terminal.nowMs(), terminal.paint));
    return 0;
  });
}

export async function watch(context: Context, name: string): Promise<number> {
  return withClient(context, async (client) => {
    if (context.globals.json !== true) return waitFor(context, client, name, 'look');
    const each = (value: unknown) => context.terminal.stdout(`${JSON.stringify(value)}\n`);
    return (await follow(context, client, { name, exitAt: ({ phase }) => exitFor('look', phase), looking: true, each }))
      .exit;
  });
}

export interface ListOptions {
  team?: string;
  phase?: string;
  environment?: string;
  error?: string;
  all?: boolean;
}

/** More than a screen holds helps nobody; programs get everything. */
const LONGEST_LIST = 500;

export async function list(context: Context, options: ListOptions): Promise<number> {
  const { all, error, ...filter } = options;
  if (filter.phase !== undefined) known('--phase', filter.phase, PHASES);
  if (error !== undefined) known('--error', error, Object.keys(ERRORS));
  // Whoever asks for those that are deleted asks for what is over.
  const closed = all === true || PHASES.some((phase) => phase === filter.phase && isEnd(phase));
  const wanted: ListFilter = {
    ...filter,
    ...(error === undefined ? {} : { errorType: error }),
    ...(closed ? { closed } : {}),
  };
  return withClient(context, async (client) => {
    const rows: StatusRow[] = [];
    const limit = context.globals.json === true ? Number.POSITIVE_INFINITY : LONGEST_LIST;
    for await (const row of client.list(wanted)) {
      if (rows.push(row) >= limit) break;
    }
    const { terminal } = context;
    if (context.globals.json === true) printJson(context, rows);
    else if (rows.length === 0) print(context, [renderNone(wanted)]);
    else print(context, renderList(rows, terminal.nowMs(), terminal.paint));
    if (rows.length === LONGEST_LIST)
      say(context, `Only the first ${limit}: narrow it with --team, --phase or --environment, or use --json.`);
    return 0;
  });
}

function known(option: string, word: string, words: readonly string[]): void {
  if (words.includes(word)) return;
  const meant = nearest(word, words);
  throw new UsageError(
    `${option} ${word}: there is none; ${meant === undefined ? `one of ${words.join(', ')}` : `did you mean ${meant}?`}`,
  );
}

export async function history(context: Context, name: string): Promise<number> {
  return withClient(context, async (client) => {
    const entries = await client.history(name);
    if (context.globals.json === true) printJson(context, entries);
    else print(context, renderHistory(entries, context.terminal.paint));
    return 0;
  });
}
