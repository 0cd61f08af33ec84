// Who calls, and which Temporal is meant: options first, then the environment, then the local platform that runs.
import type { NaasClient, Prove } from '../client/api.ts';
import { NaasError } from '../spec/errors.ts';
import type { Context, RunningPlatform } from './context.ts';
import type { Viewer } from './render-approvals.ts';

export function identity(context: Context): Viewer | undefined {
  const { globals, terminal } = context;
  const user = globals.as ?? terminal.env['NAAS_AS'];
  if (user === undefined || user === '') return undefined;
  const groups = globals.group ?? (terminal.env['NAAS_GROUPS'] ?? '').split(',').map((group) => group.trim());
  return { user, groups: groups.filter((group) => group !== '') };
}

/** For commands that act or look as somebody: without a name there is no point in asking a server. */
export function requireIdentity(context: Context): Viewer {
  const viewer = identity(context);
  if (viewer === undefined) throw nobody();
  return viewer;
}

function nobody(): NaasError {
  return new NaasError({
    code: 'Unproven',
    message:
      'nobody is named as the caller: add `--as USER --group GROUP` (repeat --group), or set NAAS_AS and NAAS_GROUPS',
  });
}

/** Opens a client, hands it to `use` and closes it, whatever happens. */
export async function withClient(context: Context, use: (client: NaasClient) => Promise<number>): Promise<number> {
  const client = await openClient(context);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

async function openClient(context: Context): Promise<NaasClient> {
  const temporal = await temporalOf(context);
  const taskQueue = context.terminal.env['NAAS_TASK_QUEUE'];
  return context.dependencies.createClient({
    ...temporal,
    ...(taskQueue === undefined || taskQueue === '' ? {} : { taskQueue }),
    prove: proverOf(context),
  });
}

/** Left open, Temporal's own variables and files decide. */
export async function temporalOf(context: Context): Promise<{ address?: string; namespace?: string }> {
  const { globals, terminal } = context;
  const configured = ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'].some(
    (name) => terminal.env[name],
  );
  const local = globals.address !== undefined || configured ? undefined : await platformOf(context);
  const address = globals.address ?? local?.temporalAddress;
  const namespace = globals.namespace ?? local?.temporalNamespace;
  return { ...(address === undefined ? {} : { address }), ...(namespace === undefined ? {} : { namespace }) };
}

/** Looks for the key only when something has to be signed: reading needs none. */
function proverOf(context: Context): Prove {
  let prover: Promise<Prove> | undefined;
  return async (claims) => {
    prover ??= issuerKey(context).then((keyFile) => {
      const viewer = requireIdentity(context);
      return context.dependencies.createProver({ keyFile, subject: viewer.user, groups: viewer.groups });
    });
    return (await prover)(claims);
  };
}

async function issuerKey(context: Context): Promise<string> {
  const { globals, terminal } = context;
  const given = globals.issuerKey ?? terminal.env['NAAS_ISSUER_KEY'];
  if (given !== undefined && given !== '') return given;
  requireIdentity(context);
  const keyFile = (await platformOf(context))?.issuerKeyFile;
  if (keyFile !== undefined) return keyFile;
  throw new NaasError({
    code: 'Unproven',
    message:
      'no key to sign with: start a platform with `naas local up`, or name an issuer key by --issuer-key FILE or NAAS_ISSUER_KEY',
  });
}

export async function kubeconfigOf(context: Context): Promise<string | undefined> {
  const given = context.globals.kubeconfig ?? context.terminal.env['KUBECONFIG'];
  return given === undefined || given === '' ? (await platformOf(context))?.kubeconfig : given;
}

export async function platformOf(context: Context): Promise<RunningPlatform | undefined> {
  return context.dependencies.platform(context.terminal.env);
}
