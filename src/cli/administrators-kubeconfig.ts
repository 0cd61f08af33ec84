// The kubeconfig of whoever works on the installation itself, and which cluster it means: told before anything is moved
// there by mistake. It contacts no server.
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Context } from './context.ts';
import { chooseContext } from './kubeconfig-file.ts';
import { kubeconfigOf } from './session.ts';
import { UsageError } from './usage-error.ts';

export interface AdministratorsKubeconfig {
  kubeconfig: string;
  context: string;
  server: string;
}

/** As kubectl looks for it: the option, KUBECONFIG, (the local platform), then the file in the home folder. */
export async function kubeconfigPaths(context: Context): Promise<string> {
  const { env } = context.terminal;
  return (await kubeconfigOf(context)) ?? join(env['HOME'] || homedir(), '.kube', 'config');
}

export async function administratorsKubeconfig(context: Context, command: string): Promise<AdministratorsKubeconfig> {
  const { read } = context.terminal;
  const kubeconfig = await kubeconfigPaths(context);
  if ((await kubeconfigOf(context)) === undefined && !(await isThere(kubeconfig, read)))
    throw new UsageError(
      `${command} needs the kubeconfig of an administrator: --kubeconfig FILE or KUBECONFIG; ${kubeconfig} is not there`,
    );
  const chosen = await chooseContext(kubeconfig, undefined, read);
  return { kubeconfig, context: chosen.context, server: withoutPassword(chosen.cluster['server']) };
}

function isThere(path: string, read: (path: string) => Promise<string>): Promise<boolean> {
  return read(path).then(
    () => true,
    () => false,
  );
}

function withoutPassword(server: unknown): string {
  const text = String(server ?? '');
  if (!URL.canParse(text)) return '';
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname === '/' ? '' : pathname}`;
}
