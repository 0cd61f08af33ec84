// `naas retry`, `naas skip`, `naas abandon`: what operators do about blocked namespaces, one or all that a condition finds.
import type { ListFilter, NaasClient } from '../../client/api.ts';
import { NaasError } from '../../spec/errors.ts';
import { describeRef } from '../../spec/inventory.ts';
import type { PhaseAnswer } from '../answers.ts';
import { confirmed } from '../confirm.ts';
import { type Context, print, printJson } from '../context.ts';
import { gravestOf, oneByOne } from '../many.ts';
import { renderPhase } from '../render-submitted.ts';
import { requireIdentity, withClient } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import { blockedWhere } from '../where.ts';

export interface GivingUpOptions {
  reason: string;
  requestId?: string;
}

export async function retry(
  context: Context,
  name: string | undefined,
  { where, ...options }: { where?: string; requestId?: string },
): Promise<number> {
  requireIdentity(context);
  if (name !== undefined && where === undefined) {
    return withClient(context, async (client) => tell(context, name, await client.retry(name, options)));
  }
  if (name !== undefined || where === undefined)
    throw new UsageError('retry needs either a NAME or --where, such as --where error=Throttled,team=shop');
  if (options.requestId !== undefined) throw new UsageError('--request-id is for one NAME, not for --where');
  const filter = blockedWhere(where);
  return withClient(context, (client) => retryAll(context, client, filter));
}

export async function skip(context: Context, name: string, options: GivingUpOptions): Promise<number> {
  requireIdentity(context);
  return withClient(context, async (client) => {
    // What is skipped is what the status says now, not what may block by the time that the message comes.
    const { blocked } = await client.status(name);
    const objects = blocked?.objects.map(describeRef);
    return tell(context, name, await client.skip(name, { ...options, ...(objects === undefined ? {} : { objects }) }));
  });
}

export async function abandon(
  context: Context,
  name: string,
  { yes, ...options }: GivingUpOptions & { yes?: boolean },
): Promise<number> {
  requireIdentity(context);
  if (yes !== true) {
    await confirmed(context, {
      what: `abandoning ${name}`,
      consequence: `This ends the run of ${name}: what stands of it stays on the cluster, and nobody watches it any more. Where the undo of a change is blocked, that is a living namespace: \`naas skip\` keeps its run.`,
      expected: name,
      called: 'its name',
      option: '--yes',
    });
  }
  return withClient(context, async (client) => tell(context, name, await client.abandon(name, options)));
}

function tell(context: Context, name: string, answer: PhaseAnswer): number {
  if (context.globals.json === true) printJson(context, { name, ...answer });
  else print(context, renderPhase(name, answer));
  return 0;
}

async function retryAll(context: Context, client: NaasClient, filter: ListFilter): Promise<number> {
  const names: string[] = [];
  for await (const { name } of client.list(filter)) names.push(name);
  const results = await oneByOne(
    context,
    names,
    (name) => client.retry(name).then(() => 'tried' as const, unlessItWentOn),
    (name, answer) => [answer === 'tried' ? `${name}: is tried again now` : `${name}: went on by itself meanwhile`],
  );
  const count = (wanted: string): number => results.filter(({ answer }) => answer === wanted).length;
  const sum = {
    found: names.length,
    tried: count('tried'),
    wentOn: count('went-on'),
    failed: results.filter(({ problems }) => problems !== undefined).length,
  };
  if (context.globals.json === true) printJson(context, { ...sum, namespaces: results });
  else
    print(context, [
      `${sum.found} blocked: ${sum.tried} tried again, ${sum.wentOn} went on by themselves, ${sum.failed} failed.`,
    ]);
  return gravestOf(results);
}

/** The list is a moment old: what is not blocked any more wants nothing, and is no failure. */
function unlessItWentOn(error: unknown): 'went-on' {
  if (error instanceof NaasError && (error.code === 'NotBlocked' || error.code === 'Ended')) return 'went-on';
  throw error;
}
