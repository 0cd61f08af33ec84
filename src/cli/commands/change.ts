// `naas change -f`: the whole wanted state of a living namespace; with --to-catalog the next file takes over. `naas transfer`:
// the same namespace in another team.
import type { NaasClient } from '../../client/api.ts';
import { NaasError } from '../../spec/errors.ts';
import { defaultNamespaceName } from '../../spec/names.ts';
import type { Context } from '../context.ts';
import { conclude, type OperationOptions, sent } from '../operation-options.ts';
import { readRequest } from '../request-file.ts';
import { requireIdentity, withClient } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import type { ToCatalogOptions } from './to-catalog.ts';

interface FileOptions extends OperationOptions {
  basedOn?: string;
}

export interface ChangeCommandOptions extends FileOptions, ToCatalogOptions {
  file?: string;
  toCatalog?: boolean;
}

export async function change(
  context: Context,
  name: string | undefined,
  options: ChangeCommandOptions,
): Promise<number> {
  const { file, toCatalog: byCatalog = false } = options;
  if ((file === undefined) !== byCatalog) throw new UsageError('change needs either -f FILE or --to-catalog');
  if (file !== undefined) {
    const stray = (['team', 'all', 'yes', 'catalog'] as const).find((option) => options[option] !== undefined);
    if (stray !== undefined) throw new UsageError(`--${stray} goes with --to-catalog, not with a file`);
    return fromFile(context, name, file, options);
  }
  if (options.basedOn !== undefined) throw new UsageError('--based-on goes with a file; --to-catalog reads what holds');
  const { toCatalog } = await import('./to-catalog.ts');
  return toCatalog(context, name, options);
}

async function fromFile(
  context: Context,
  name: string | undefined,
  file: string,
  options: FileOptions,
): Promise<number> {
  requireIdentity(context);
  const request = await readRequest(context, file);
  // One that was transferred keeps its name, which the file's team no longer comes to.
  const wanted = name === undefined || request.name !== undefined ? request : { ...request, name };
  const target = name ?? request.name ?? defaultNamespaceName(request);
  return withClient(context, async (client) => {
    const basedOn =
      options.basedOn === undefined ? {} : { basedOn: await wholeDigest(client, target, options.basedOn) };
    const answer = await client.change(target, wanted, { ...sent(options), ...basedOn });
    return conclude(context, client, answer, options);
  });
}

export async function transfer(
  context: Context,
  name: string,
  options: OperationOptions & { team: string },
): Promise<number> {
  requireIdentity(context);
  return withClient(context, async (client) =>
    conclude(context, client, await client.transfer(name, options.team, sent(options)), options),
  );
}

const WHOLE_DIGEST = /^[0-9a-f]{64}$/;
/** What `naas status` prints of one. */
const SHORT_DIGEST = /^[0-9a-f]{12,63}$/;

/** People copy the short form that `naas status` prints; the message carries the whole one. */
async function wholeDigest(client: NaasClient, name: string, digest: string): Promise<string> {
  if (WHOLE_DIGEST.test(digest)) return digest;
  if (!SHORT_DIGEST.test(digest)) {
    throw new NaasError({
      code: 'InvalidRequest',
      message: `--based-on ${digest}: expected the plan's digest as \`naas status ${name}\` prints it, 12 to 64 hexadecimal digits`,
    });
  }
  const held = (await client.request(name))?.planDigest;
  if (held?.startsWith(digest)) return held;
  const now = held === undefined ? 'it has no plan' : `plan ${held.slice(0, 12)} holds`;
  throw new NaasError({ code: 'StaleDigest', message: `${name}: the change was made from plan ${digest}, and ${now}` });
}
