// How a waiting command ends: the last words, the JSON document, or the note that the run goes on without us.
import type { NaasClient } from '../client/api.ts';
import { type Context, print, printJson, say } from './context.ts';
import { follow } from './follow.ts';
import type { Goal } from './outcome.ts';
import { renderOutcome } from './render-outcome.ts';

export async function waitFor(context: Context, client: NaasClient, name: string, goal: Goal): Promise<number> {
  const { exit, status, interrupted } = await follow(context, client, { name, goal });
  const { terminal, globals } = context;
  if (globals.json === true) printJson(context, status ?? null);
  else if (status !== undefined && !interrupted)
    print(context, renderOutcome(status, terminal.nowMs(), terminal.paint));
  if (interrupted) say(context, `Stopped looking. The run goes on; look again with: naas watch ${name}`);
  return exit;
}
