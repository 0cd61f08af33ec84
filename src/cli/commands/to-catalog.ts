// `naas change --to-catalog`: the request that holds, sent once more, so that the catalog of today counts. For one, a team or
// all; a failure stops nothing, a brake stands before many.
import type { NaasClient } from '../../client/api.ts';
import { brake } from '../../spec/brake.ts';
import type { Catalog } from '../../spec/catalog.ts';
import { NaasError } from '../../spec/errors.ts';
import type { ChangeAnswer } from '../answers.ts';
import { catalogInFront } from '../catalog-in-front.ts';
import { confirmed } from '../confirm.ts';
import { type Context, print, printJson } from '../context.ts';
import { type OperationSeen, seeOperationOut } from '../ending.ts';
import { heldRequest } from '../held-request.ts';
import { countBlocked, type Looked, livingNamespaces, lookAtAll } from '../living.ts';
import { attempt, failed, gravestOf, type Tried } from '../many.ts';
import { conclude, type OperationOptions, sent } from '../operation-options.ts';
import { renderCatalog } from '../render-catalog.ts';
import { renderChanged } from '../render-changed.ts';
import { counted } from '../render-changes.ts';
import { requireIdentity, withClient } from '../session.ts';
import { UsageError } from '../usage-error.ts';

export interface ToCatalogOptions extends OperationOptions {
  team?: string;
  all?: boolean;
  /** The number of namespaces, as a person read it. */
  yes?: string;
  catalog?: string;
}

export async function toCatalog(
  context: Context,
  name: string | undefined,
  options: ToCatalogOptions,
): Promise<number> {
  requireIdentity(context);
  const { team, all, yes } = options;
  if (yes !== undefined && !/^\d+$/.test(yes))
    throw new UsageError(`--yes ${yes}: expected the number of namespaces that may be touched`);
  if ([name, team, all === true ? 'all' : undefined].filter((each) => each !== undefined).length !== 1)
    throw new UsageError('--to-catalog needs exactly one of a NAME, --team TEAM and --all');
  if (name !== undefined) return withClient(context, (client) => one(context, client, name, options));
  if (options.requestId !== undefined) throw new UsageError('--request-id is for one NAME, not for many');
  return many(context, options);
}

async function one(context: Context, client: NaasClient, name: string, options: ToCatalogOptions): Promise<number> {
  return conclude(context, client, await again(client, name, options), options);
}

async function again(client: NaasClient, name: string, options: OperationOptions): Promise<ChangeAnswer> {
  const { request, planDigest } = await heldRequest(client, name);
  return client.change(name, request, { ...sent(options), basedOn: planDigest });
}

type Differing = Extract<Looked, { verdict: 'differs' }>;
type Sent = Tried<ChangeAnswer> & { outcome?: OperationSeen['outcome'] };

async function many(context: Context, options: ToCatalogOptions): Promise<number> {
  const catalog = await catalogInFront(context, options.catalog);
  return withClient(context, async (client) => {
    const living = await livingNamespaces(client);
    const chosen = living.filter(({ team }) => options.team === undefined || team === options.team);
    const [looked, blocked] = await Promise.all([
      lookAtAll(client, chosen, catalog),
      countBlocked(client, options.team),
    ]);
    const touched = looked.filter((each): each is Differing => each.verdict === 'differs');
    const json = context.globals.json === true;
    if (!json) print(context, renderCatalog(looked, blocked, context.terminal.paint));
    await pastBrake(context, { met: touched.length, total: living.length }, catalog.policy.brake, options.yes);
    const accepted = await sendAll(context, client, touched, options);
    const ended = options.wait === true ? await waitForAll(context, client, accepted) : accepted;
    if (json) printJson(context, { living: living.length, blocked, looked, sent: ended });
    // What the catalog refuses, or could not be read, was left out: that is not nothing.
    return gravestOf([...looked, ...ended]);
  });
}

/** A number that was read is worth more than a yes: it is another one when something has come in between. */
async function pastBrake(
  context: Context,
  reach: { met: number; total: number },
  limits: Catalog['policy']['brake'],
  yes: ToCatalogOptions['yes'],
): Promise<void> {
  const number = String(reach.met);
  const all = counted(reach.met, 'namespace');
  if (yes !== undefined && yes !== number)
    throw new UsageError(`--yes says ${yes}, and it would touch ${all}; nothing was sent`);
  const { verdict, words } = brake('change', reach, limits);
  if (verdict === 'go' || yes === number) return;
  await confirmed(context, {
    what: `touching ${all}`,
    consequence: `${words}.`,
    expected: number,
    called: 'the number',
    option: `--yes ${number}`,
  });
}

async function sendAll(
  context: Context,
  client: NaasClient,
  touched: readonly Differing[],
  options: ToCatalogOptions,
): Promise<Sent[]> {
  const results: Sent[] = [];
  for (const { name, planDigest } of touched) {
    const result = await attempt(name, () => again(client, name, options));
    const { answer, problems } = result;
    results.push(result);
    if (context.globals.json !== true)
      print(
        context,
        answer === undefined
          ? failed(context, name, problems ?? [])
          : renderChanged(answer, options.wait === true, context.terminal.paint),
      );
    if (answer !== undefined && answer.planDigest !== planDigest) throw otherCatalog(answer, planDigest, results);
  }
  return results;
}

/** What was shown, counted and asked for was another catalog's doing than what the worker does. */
function otherCatalog({ name, planDigest }: ChangeAnswer, expected: string, results: readonly Sent[]): NaasError {
  return new NaasError({
    code: 'Conflict',
    message: `${name}: the catalog here comes to plan ${expected.slice(0, 12)}, the worker's to ${planDigest.slice(0, 12)}; stopped after ${results.length} sent. Bring both to the same catalog (a worker reads its own at start), then run this again`,
  });
}

async function waitForAll(context: Context, client: NaasClient, accepted: readonly Sent[]): Promise<Sent[]> {
  const ended: Sent[] = [];
  let looking = true;
  for (const each of accepted) {
    const { answer } = each;
    if (!looking || answer?.operation === undefined) {
      ended.push(each);
      continue;
    }
    const { exit, outcome, interrupted } = await seeOperationOut(context, client, answer);
    looking = !interrupted;
    ended.push({ ...each, exit, outcome });
  }
  return ended;
}
