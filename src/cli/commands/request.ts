// `naas request`: sends a request, and waits for its end when asked to.
import { type Context, print, printJson } from '../context.ts';
import { waitFor } from '../ending.ts';
import { renderSubmitted } from '../render-submitted.ts';
import { readRequest } from '../request-file.ts';
import { requireIdentity, withClient } from '../session.ts';

export interface RequestOptions {
  file: string;
  wait?: boolean;
  requestId?: string;
}

export async function request(context: Context, options: RequestOptions): Promise<number> {
  requireIdentity(context);
  const document = await readRequest(context, options.file);
  return withClient(context, async (client) => {
    const answer = await client.submit(
      document,
      options.requestId === undefined ? {} : { requestId: options.requestId },
    );
    if (context.globals.json !== true)
      print(context, renderSubmitted(answer, options.wait === true, context.terminal.paint));
    else if (options.wait !== true) printJson(context, answer);
    return options.wait === true ? waitFor(context, client, answer.name, 'ready') : 0;
  });
}
