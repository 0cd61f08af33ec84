// `naas local …`: the platform that keeps running between commands. All of its behaviour lives in src/local.
import { NaasError } from '../../spec/errors.ts';
import { type Context, print, printJson, say } from '../context.ts';
import { columns, facts } from '../table.ts';

type Running = NonNullable<Awaited<ReturnType<typeof import('../../local/daemon.ts').localStatus>>>;

export async function up(context: Context): Promise<number> {
  const [{ localUp }, { foundServers }] = await Promise.all([
    import('../../local/daemon.ts'),
    import('../../local/found-servers.ts'),
  ]);
  const { globals, terminal } = context;
  const given = { kubeconfig: globals.kubeconfig, temporalAddress: globals.address };
  const { notes, ...found } = foundServers(given, terminal.env);
  for (const note of notes) say(context, note);
  const running = await localUp({ ...found, env: terminal.env, say: (line) => say(context, line) });
  show(context, running);
  say(context, 'next: eval "$(naas local env)"');
  return 0;
}

export async function down(context: Context): Promise<number> {
  const { localDown } = await import('../../local/daemon.ts');
  const stopped = await localDown(context.terminal.env);
  if (context.globals.json === true) printJson(context, { stopped });
  else print(context, [stopped ? 'The local platform is stopped; nothing of it is left.' : 'No local platform runs.']);
  return 0;
}

export async function status(context: Context): Promise<number> {
  const { localStatus } = await import('../../local/daemon.ts');
  show(context, (await localStatus(context.terminal.env)) ?? notRunning());
  return 0;
}

export async function env(context: Context): Promise<number> {
  const { localEnv } = await import('../../local/daemon.ts');
  const exports = (await localEnv(context.terminal.env)) ?? notRunning();
  if (context.globals.json === true) printJson(context, { exports });
  else context.terminal.stdout(exports);
  return 0;
}

function show(context: Context, running: Running): void {
  if (context.globals.json === true) return printJson(context, running);
  const processes = Object.entries(running.pids).map(([name, pid]) => [name, String(pid)]);
  print(context, [
    ...facts(
      [
        ['Kubernetes', running.kubeconfig],
        ['Temporal', `${running.temporalAddress}, namespace ${running.temporalNamespace}`],
        ['Temporal UI', running.temporalUi ?? undefined],
        ['gateway', running.standIns === null ? NO_STAND_INS : 'stand-in controllers play it and its certificates'],
        [
          'Azure DNS',
          running.dns === null ? undefined : `${running.dns.endpoint}, emulated, zone ${running.dns.zones}`,
        ],
        ['name servers', running.dns?.nameServers.join(', ')],
        ['ask them', running.dns === null ? undefined : digOf(running.dns)],
        ['issuer key', running.issuerKeyFile],
        ['state', running.stateDir],
      ],
      '',
    ),
    'processes',
    ...columns(processes, '  '),
  ]);
}

const NO_STAND_INS = "the cluster's own: no stand-in controllers in a cluster that was there before";

function digOf({ nameServers: [first = ''], zones: [zone = ''] }: NonNullable<Running['dns']>): string {
  const colon = first.lastIndexOf(':');
  return `dig @${first.slice(0, colon)} -p ${first.slice(colon + 1)} ${zone} SOA`;
}

function notRunning(): never {
  throw new NaasError({
    code: 'NotFound',
    message: 'no local platform runs here',
    hint: '`naas local up` starts one.',
  });
}
