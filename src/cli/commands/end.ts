// `naas delete` and `naas cancel`: the two ways to end something, and the question before the one that destroys.
import { confirmed } from '../confirm.ts';
import { type Context, print, printJson } from '../context.ts';
import { waitFor } from '../ending.ts';
import { renderPhase } from '../render-submitted.ts';
import { requireIdentity, withClient } from '../session.ts';

export interface EndingOptions {
  wait?: boolean;
  yes?: boolean;
  reason?: string;
  requestId?: string;
}

export async function remove(context: Context, name: string, options: EndingOptions): Promise<number> {
  requireIdentity(context);
  if (options.yes !== true) {
    await confirmed(context, {
      what: `deleting ${name}`,
      consequence: `This deletes ${name} and everything in it, for good.`,
      expected: name,
      called: 'its name',
      option: '--yes',
    });
  }
  return withClient(context, async (client) => {
    const answer = await client.teardown(name, given(options));
    if (context.globals.json !== true) print(context, renderPhase(name, answer));
    else if (options.wait !== true) printJson(context, { name, ...answer });
    return options.wait === true ? waitFor(context, client, name, 'deleted') : 0;
  });
}

export async function cancel(context: Context, name: string, options: EndingOptions): Promise<number> {
  requireIdentity(context);
  return withClient(context, async (client) => {
    const answer = await client.cancel(name, given(options));
    if (context.globals.json === true) printJson(context, { name, ...answer });
    else print(context, renderPhase(name, answer));
    return 0;
  });
}

function given(options: EndingOptions): { reason?: string; requestId?: string } {
  return {
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...(options.requestId === undefined ? {} : { requestId: options.requestId }),
  };
}
