// How a waiting command ends: the last words, the JSON document, or the note that the run goes on without us.
import type { NaasClient } from '../client/api.ts';
import type { OperationOutcome } from '../spec/status.ts';
import type { ChangeAnswer } from './answers.ts';
import { type Context, print, printJson, say } from './context.ts';
import { type Followed, follow } from './follow.ts';
import { exitFor, exitForOperation, type Goal } from './outcome.ts';
import { renderOperationOutcome, renderOutcome } from './render-outcome.ts';

export async function waitFor(context: Context, client: NaasClient, name: string, goal: Goal): Promise<number> {
  const { exit, status, interrupted } = await follow(context, client, {
    name,
    exitAt: ({ phase }) => exitFor(goal, phase),
    looking: goal === 'look',
  });
  const { terminal, globals } = context;
  if (globals.json === true) printJson(context, status ?? null);
  else if (status !== undefined && !interrupted)
    print(context, renderOutcome(status, terminal.nowMs(), terminal.paint));
  if (interrupted) sayItGoesOn(context, name);
  return exit;
}

export interface OperationSeen extends Followed {
  /** null where it is not known. */
  outcome: OperationOutcome | null;
}

/** Tells people how an operation ended; the JSON document is the caller's. */
export async function seeOperationOut(
  context: Context,
  client: NaasClient,
  answer: ChangeAnswer,
): Promise<OperationSeen> {
  const { name, requestId } = answer;
  const seen = await follow(context, client, { name, exitAt: (status) => exitForOperation(requestId, status) });
  const { terminal, globals } = context;
  const { status, interrupted } = seen;
  if (globals.json !== true && status !== undefined && !interrupted)
    print(context, renderOperationOutcome(status, answer, terminal.nowMs(), terminal.paint));
  if (interrupted) sayItGoesOn(context, name);
  return { ...seen, outcome: status?.lastOperation?.requestId === requestId ? status.lastOperation : null };
}

function sayItGoesOn(context: Context, name: string): void {
  say(context, `Stopped looking. The run goes on; look again with: naas watch ${name}`);
}
