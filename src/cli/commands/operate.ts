// What an installation needs: `install`, `doctor`, `schema`. Each starts its part of `ops` or `spec` and prints.
import { ERRORS } from '../../spec/errors.ts';
import { type Context, print, printJson, say } from '../context.ts';
import { renderChecks } from '../render-checks.ts';
import { kubeconfigOf, temporalOf } from '../session.ts';
import { UsageError } from '../usage-error.ts';

export async function install(context: Context, options: { dryRun?: boolean }): Promise<number> {
  const ops = await import('../../ops/install.ts');
  if (options.dryRun === true) return dryRun(context, ops.renderInstall());
  const kubeconfig = await kubeconfigOf(context);
  if (kubeconfig === undefined) {
    throw new UsageError('install needs the kubeconfig of an administrator: --kubeconfig FILE or KUBECONFIG');
  }
  await ops.install({ kubeconfig, say: (line: string) => say(context, line) });
  if (context.globals.json === true) printJson(context, { installed: true, kubeconfig });
  return 0;
}

async function dryRun(
  context: Context,
  objects: Parameters<typeof import('../../plan/yaml.ts').toYaml>[0],
): Promise<number> {
  const { toYaml } = await import('../../plan/yaml.ts');
  if (context.globals.json === true) printJson(context, objects);
  else context.terminal.stdout(toYaml(objects));
  return 0;
}

export async function doctor(context: Context): Promise<number> {
  const ops = await import('../../ops/doctor.ts');
  const kubeconfig = await kubeconfigOf(context);
  const temporal = await temporalOf(context);
  const checks = await ops.doctor({ ...(kubeconfig === undefined ? {} : { kubeconfig }), ...temporal });
  if (context.globals.json === true) printJson(context, checks);
  else print(context, renderChecks(checks, context.terminal.paint));
  return checks.some((check) => check.state === 'missing') ? ERRORS.Unexpected.exit : 0;
}

export async function schema(context: Context): Promise<number> {
  const { requestJsonSchema } = await import('../../spec/request.ts');
  printJson(context, requestJsonSchema());
  return 0;
}
