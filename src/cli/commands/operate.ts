// What an installation needs: `install`, `doctor`, `schema`. Each starts its part of `ops` or `spec` and prints.
import { ERRORS } from '../../spec/errors.ts';
import { administratorsKubeconfig } from '../administrators-kubeconfig.ts';
import { type Context, print, printJson, say } from '../context.ts';
import { renderChecks } from '../render-checks.ts';
import { kubeconfigOf, platformOf, temporalOf } from '../session.ts';

export interface InstallFlags {
  dryRun?: boolean;
  blockerReader?: boolean;
}

export async function install(context: Context, options: InstallFlags): Promise<number> {
  const ops = await import('../../ops/install.ts');
  const { blockerReader = false } = options;
  const tell = (line: string) => say(context, line);
  if (options.dryRun === true) {
    // Which kinds there are only the cluster knows; the rest is the same everywhere.
    const more = blockerReader
      ? await ops.renderBlockerReader({
          kubeconfig: (await administratorsKubeconfig(context, 'install')).kubeconfig,
          say: tell,
        })
      : [];
    const manifest = ops.renderInstall(more);
    if (context.globals.json === true) printJson(context, { manifest });
    else context.terminal.stdout(manifest);
    return 0;
  }
  const { kubeconfig, ...where } = await administratorsKubeconfig(context, 'install');
  tell(`Context ${where.context}, ${where.server}`);
  await ops.install({ kubeconfig, blockerReader, say: tell });
  if (context.globals.json === true) printJson(context, { installed: true, blockerReader, kubeconfig, ...where });
  return 0;
}

export async function doctor(context: Context): Promise<number> {
  const ops = await import('../../ops/doctor.ts');
  const [kubeconfig, temporal, local] = await Promise.all([
    kubeconfigOf(context),
    temporalOf(context),
    platformOf(context),
  ]);
  const { env } = context.terminal;
  const trustedKeysFile = env['NAAS_TRUSTED_KEYS'] ?? local?.trustedKeysFile;
  const catalogDir = env['NAAS_CATALOG'] ?? local?.catalogDir;
  const checks = await ops.doctor({
    env,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(temporal.address === undefined ? {} : { temporalAddress: temporal.address }),
    ...(temporal.namespace === undefined ? {} : { temporalNamespace: temporal.namespace }),
    ...(trustedKeysFile === undefined ? {} : { trustedKeysFile }),
    ...(catalogDir === undefined ? {} : { catalogDir }),
  });
  if (context.globals.json === true) printJson(context, checks);
  else print(context, renderChecks(checks, context.terminal.paint));
  return checks.some((check) => check.state === 'missing') ? ERRORS.Unexpected.exit : 0;
}

export async function schema(context: Context): Promise<number> {
  const { requestJsonSchema } = await import('../../spec/request.ts');
  printJson(context, requestJsonSchema());
  return 0;
}
