// `naas kubeconfig`: the caller's own way into one namespace, as a kubeconfig of one context. It gives no rights: those come
// from the namespace's RoleBindings, and who the caller is, the cluster's own sign-in says.
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { NaasError } from '../../spec/errors.ts';
import { isEnd, type Phase } from '../../spec/lifecycle.ts';
import { kubeconfigPaths } from '../administrators-kubeconfig.ts';
import { type Context, printJson, say } from '../context.ts';
import { type ChosenContext, chooseContext, kubeconfigFor } from '../kubeconfig-file.ts';
import { platformOf, requireIdentity, withClient } from '../session.ts';

export interface KubeconfigOptions {
  context?: string;
  output?: string;
}

export async function kubeconfig(context: Context, name: string, options: KubeconfigOptions): Promise<number> {
  await untilKnownReady(context, name);
  const { terminal } = context;
  const paths = await kubeconfigPaths(context);
  const chosen = await chooseContext(paths, options.context, terminal.read);
  const document = kubeconfigFor(name, await asCaller(context, chosen));
  const json = context.globals.json === true;
  if (options.output === undefined) {
    if (json) printJson(context, document);
    else terminal.stdout(stringify(document, { lineWidth: 0 }));
    return 0;
  }
  await terminal.writePrivate(options.output, stringify(document, { lineWidth: 0 }));
  if (json) printJson(context, { name, file: options.output, context: `naas-${name}` });
  say(context, `${options.output} is written; try: kubectl --kubeconfig ${options.output} get pods`);
  return 0;
}

/** The status is asked first: a way into a namespace that is not there only raises questions. */
async function untilKnownReady(context: Context, name: string): Promise<void> {
  await withClient(context, async (client) => {
    const { phase, operation } = await client.status(name);
    // Beside an operation the namespace lives, also where the undo of one is blocked.
    if (phase !== 'ready' && operation === undefined) throw notReady(name, phase);
    return 0;
  });
}

function notReady(name: string, phase: Phase): NaasError {
  if (isEnd(phase)) return new NaasError({ code: 'Ended', message: `namespace ${name} is ${phase}: this run is over` });
  const message = `namespace ${name} is ${phase}, so there is no way into it; \`naas watch ${name}\` shows when it is ready`;
  return new NaasError({ code: 'Conflict', message });
}

/** On the embedded platform the kubeconfig at hand is the administrator's: the caller gets a certificate of their own. */
async function asCaller(context: Context, chosen: ChosenContext): Promise<ChosenContext> {
  const platform = await platformOf(context);
  const authorityKeyFile = platform?.controlPlane?.clientCaKeyFile;
  if (platform === undefined || authorityKeyFile === undefined) return chosen;
  if (chosen.userFile !== resolve(platform.kubeconfig)) return chosen;
  const { user, groups } = requireIdentity(context);
  const { terminal, dependencies } = context;
  const signed = await dependencies.createCertificate({ authorityKeyFile, user, groups, nowMs: terminal.nowMs() });
  say(context, `A certificate of the local platform for ${user}, until ${signed.notAfter}.`);
  return {
    ...chosen,
    userName: user,
    user: {
      'client-certificate-data': Buffer.from(signed.certificate).toString('base64'),
      'client-key-data': Buffer.from(signed.key).toString('base64'),
    },
  };
}
