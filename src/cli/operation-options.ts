// What the commands that begin an operation have in common: their options, and how the answer is shown or waited for.
import type { ChangeOptions, NaasClient } from '../client/api.ts';
import type { ChangeAnswer } from './answers.ts';
import { type Context, print, printJson } from './context.ts';
import { seeOperationOut } from './ending.ts';
import { renderChanged } from './render-changed.ts';

export interface OperationOptions {
  wait?: boolean;
  requestId?: string;
  reason?: string;
}

export function sent({ requestId, reason }: OperationOptions): Omit<ChangeOptions, 'basedOn'> {
  return { ...(requestId === undefined ? {} : { requestId }), ...(reason === undefined ? {} : { reason }) };
}

/** Where nothing had to be changed there is nothing to wait for. With --wait the JSON document holds the outcome too. */
export async function conclude(
  context: Context,
  client: NaasClient,
  answer: ChangeAnswer,
  { wait = false }: OperationOptions,
): Promise<number> {
  const waits = wait && answer.operation !== undefined;
  const json = context.globals.json === true;
  if (!json) print(context, renderChanged(answer, waits, context.terminal.paint));
  if (!waits) {
    if (json) printJson(context, answer);
    return 0;
  }
  const { exit, outcome, status } = await seeOperationOut(context, client, answer);
  if (json) printJson(context, { ...answer, outcome, status: status ?? null });
  return exit;
}
