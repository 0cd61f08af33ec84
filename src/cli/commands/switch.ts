// `naas pause` and `naas resume`: the switch of the whole installation, moved with the operator's own kubeconfig.
import { describePause } from '../../spec/switch.ts';
import { administratorsKubeconfig } from '../administrators-kubeconfig.ts';
import { type Context, print, printJson } from '../context.ts';

export async function pause(context: Context, options: { reason?: string }): Promise<number> {
  const { kubeconfig, ...where } = await administratorsKubeconfig(context, 'pause');
  const ops = await import('../../ops/switch.ts');
  const switched = await ops.pause({ kubeconfig, ...(options.reason === undefined ? {} : { reason: options.reason }) });
  if (context.globals.json === true) printJson(context, { ...switched, ...where });
  else if (switched.pause !== null) {
    const { paint } = context.terminal;
    print(context, [
      switched.changed
        ? `${paint('yellow', '‖')} ${describePause(switched.pause)}`
        : `Nothing changed: ${describePause(switched.pause)}`,
      'Writes that had begun come to their end; no other begins before `naas resume`.',
      onCluster(where),
    ]);
  }
  return 0;
}

export async function resume(context: Context): Promise<number> {
  const { kubeconfig, ...where } = await administratorsKubeconfig(context, 'resume');
  const ops = await import('../../ops/switch.ts');
  const switched = await ops.resume({ kubeconfig });
  if (context.globals.json === true) printJson(context, { ...switched, ...where });
  else {
    const done = `${context.terminal.paint('green', '✔')} resumed; what waited goes on within ten seconds`;
    print(context, [switched.changed ? done : 'Nothing changed: naas was not paused.', onCluster(where)]);
  }
  return 0;
}

function onCluster(where: { context: string; server: string }): string {
  return `Context ${where.context}, ${where.server}`;
}
