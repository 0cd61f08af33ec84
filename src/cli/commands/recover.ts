// `naas recover`: a lost run, started again from what the cluster holds.
import { type Context, print, printJson } from '../context.ts';
import { waitFor } from '../ending.ts';
import { renderSubmitted } from '../render-submitted.ts';
import { requireIdentity, withClient } from '../session.ts';

export interface RecoverOptions {
  wait?: boolean;
  requestId?: string;
}

export async function recover(context: Context, name: string, options: RecoverOptions): Promise<number> {
  requireIdentity(context);
  const { wait = false, requestId } = options;
  return withClient(context, async (client) => {
    const answer = await client.recover(name, requestId === undefined ? {} : { requestId });
    if (context.globals.json !== true) print(context, renderSubmitted(answer, wait, context.terminal.paint));
    else if (!wait) printJson(context, answer);
    // One whose deletion had begun goes on to its end, which is what is waited for then.
    return wait ? waitFor(context, client, name, answer.phase === 'deleting' ? 'deleted' : 'ready') : 0;
  });
}
