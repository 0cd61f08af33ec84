// `naas request` and `naas adopt`: send a request, and wait for its end when asked to.
import type { NaasClient } from '../../client/api.ts';
import type { SubmitAnswer } from '../answers.ts';
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

export function request(context: Context, options: RequestOptions): Promise<number> {
  const { requestId } = options;
  return ask(context, options, (client, document) =>
    client.submit(document, requestId === undefined ? {} : { requestId }),
  );
}

export function adopt(context: Context, options: RequestOptions & { requestId: string }): Promise<number> {
  const { requestId } = options;
  return ask(context, options, (client, document) => client.adopt(document, { requestId }));
}

async function ask(
  context: Context,
  options: RequestOptions,
  send: (client: NaasClient, document: unknown) => Promise<SubmitAnswer>,
): Promise<number> {
  requireIdentity(context);
  const document = await readRequest(context, options.file);
  return withClient(context, async (client) => {
    const answer = await send(client, document);
    if (context.globals.json !== true)
      print(context, renderSubmitted(answer, options.wait === true, context.terminal.paint));
    else if (options.wait !== true) printJson(context, answer);
    return options.wait === true ? waitFor(context, client, answer.name, 'ready') : 0;
  });
}
