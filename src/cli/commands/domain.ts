// `naas domain …`: one message each, and what came of it.
import type { DomainFilter, DomainRow, NaasClient } from '../../client/api.ts';
import { DOMAIN_STATES } from '../../spec/domain-lifecycle.ts';
import type { DomainAnswer } from '../answers.ts';
import { confirmed } from '../confirm.ts';
import { type Context, print, printJson } from '../context.ts';
import { renderDomain, renderDomainAnswer, renderDomains } from '../render-domain.ts';
import { requireIdentity, withClient } from '../session.ts';
import { UsageError } from '../usage-error.ts';

export interface AskOptions {
  team: string;
  reason?: string;
  requestId?: string;
}

export function add(
  context: Context,
  name: string,
  { team, requestId, delegate }: AskOptions & { delegate?: boolean },
): Promise<number> {
  const options = {
    ...(requestId === undefined ? {} : { requestId }),
    ...(delegate === undefined ? {} : { delegate }),
  };
  return send(context, (client) => client.domains.add(name, team, options));
}

export function buy(context: Context, name: string, { team, ...options }: AskOptions): Promise<number> {
  return send(context, (client) => client.domains.buy(name, team, options));
}

export function bought(
  context: Context,
  name: string,
  { team, price: written, requestId }: AskOptions & { price: string },
): Promise<number> {
  const [, amount, currency] = /^\s*(\S+)\s+([A-Za-z]{3})\s*$/.exec(written) ?? [];
  if (amount === undefined || currency === undefined)
    throw new UsageError(`--price "${written}": write an amount and a currency, such as "12.00 GBP"`);
  const price = { amount, currency: currency.toUpperCase() };
  const options = requestId === undefined ? {} : { requestId };
  return send(context, (client) => client.domains.bought(name, team, price, options));
}

export function transfer(context: Context, name: string, { team, ...options }: AskOptions): Promise<number> {
  return send(context, (client) => client.domains.transfer(name, team, options));
}

export function decide(
  context: Context,
  decision: 'approve' | 'reject',
  name: string,
  { team, ...options }: AskOptions,
): Promise<number> {
  return send(context, (client) => client.domains.decide(name, team, decision, options));
}

export async function remove(
  context: Context,
  name: string,
  { yes, ...options }: Partial<AskOptions> & { yes?: boolean },
): Promise<number> {
  requireIdentity(context);
  if (yes !== true)
    await confirmed(context, {
      what: `giving ${name} up`,
      consequence: `This gives ${name} up: its names stop, and another team may register it.`,
      expected: name,
      called: 'its name',
      option: '--yes',
    });
  return send(context, (client) => client.domains.remove(name, options));
}

async function send(context: Context, message: (client: NaasClient) => Promise<DomainAnswer>): Promise<number> {
  requireIdentity(context);
  return withClient(context, async (client) => {
    const answer = await message(client);
    if (context.globals.json === true) printJson(context, answer);
    else print(context, renderDomainAnswer(answer, context.terminal.paint));
    return 0;
  });
}

export function status(context: Context, name: string): Promise<number> {
  return withClient(context, async (client) => {
    const view = await client.domains.status(name);
    const { terminal } = context;
    if (context.globals.json === true) printJson(context, view);
    else print(context, renderDomain(view, terminal.nowMs(), terminal.paint));
    return 0;
  });
}

export async function list(context: Context, { team, state }: { team?: string; state?: string }): Promise<number> {
  const known = DOMAIN_STATES.find((each) => each === state);
  if (state !== undefined && known === undefined)
    throw new UsageError(`--state ${state}: there is none; one of ${DOMAIN_STATES.join(', ')}`);
  const filter: DomainFilter = {
    ...(team === undefined ? {} : { team }),
    ...(known === undefined ? {} : { state: known }),
  };
  return withClient(context, async (client) => {
    const rows: DomainRow[] = [];
    for await (const row of client.domains.list(filter)) rows.push(row);
    const { terminal } = context;
    if (context.globals.json === true) printJson(context, rows);
    else print(context, renderDomains(rows, terminal.nowMs(), terminal.paint));
    return 0;
  });
}
