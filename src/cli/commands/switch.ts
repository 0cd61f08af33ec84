// `naas pause` and `naas resume`: the switch of the whole installation, moved with the operator's own kubeconfig.
import { describePause } from '../../spec/switch.ts';
import { type Context, print, printJson } from '../context.ts';
import { kubeconfigOf } from '../session.ts';
import { UsageError } from '../usage-error.ts';

export async function pause(context: Context, options: { reason?: string }): Promise<number> {
  const kubeconfig = await operatorsKubeconfig(context, 'pause');
  const ops = await import('../../ops/switch.ts');
  const switched = await ops.pause({ kubeconfig, ...(options.reason === undefined ? {} : { reason: options.reason }) });
  if (context.globals.json === true) printJson(context, switched);
  else if (switched.pause !== null) {
    const { paint } = context.terminal;
    print(context, [
      switched.changed
        ? `${paint('yellow', '‖')} ${describePause(switched.pause)}`
        : `Nothing changed: ${describePause(switched.pause)}`,
      'Writes that had begun come to their end; no other begins before `naas resume`.',
    ]);
  }
  return 0;
}

export async function resume(context: Context): Promise<number> {
  const kubeconfig = await operatorsKubeconfig(context, 'resume');
  const ops = await import('../../ops/switch.ts');
  const switched = await ops.resume({ kubeconfig });
  if (context.globals.json === true) printJson(context, switched);
  else {
    const done = `${context.terminal.paint('green', '✔')} resumed; what waited goes on within ten seconds`;
    print(context, [switched.changed ? done : 'Nothing changed: naas was not paused.']);
  }
  return 0;
}

async function operatorsKubeconfig(context: Context, command: string): Promise<string> {
  const kubeconfig = await kubeconfigOf(context);
  if (kubeconfig !== undefined) return kubeconfig;
  throw new UsageError(`${command} needs the kubeconfig of an operator: --kubeconfig FILE or KUBECONFIG`);
}
