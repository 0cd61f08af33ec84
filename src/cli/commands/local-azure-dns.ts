// `naas local azure-dns`: prints what a client has to know, and stays until it is interrupted. Its behaviour is src/local's.
import { type Context, print, printJson, say } from '../context.ts';
import type { AzureDnsFlags } from '../program-local.ts';
import { facts } from '../table.ts';
import { UsageError } from '../usage-error.ts';

type Facts = Parameters<Parameters<typeof import('../../local/azure-dns/main.ts').runAlone>[1]>[0];

export async function azureDns(context: Context, flags: AzureDnsFlags): Promise<number> {
  const options = {
    zones: flags.zone ?? ['example.test'],
    resourceGroup: flags.resourceGroup,
    port: portOf('--port', flags.port),
    dnsPort: portOf('--dns-port', flags.dnsPort),
    limits: flags.limits ? ('azure' as const) : ('off' as const),
  };
  const { runAlone } = await import('../../local/azure-dns/main.ts');
  await runAlone(options, (known) => show(context, known));
  return 0;
}

function show(context: Context, known: Facts): void {
  if (context.globals.json === true) return printJson(context, known);
  print(
    context,
    facts(
      [
        ['management', known.endpoint],
        ['CA file', known.caFile],
        ['tokens', known.tokenEndpoint],
        ['client id', known.clientId],
        ['client secret', known.clientSecret],
        ['subscription', known.subscription],
        ['resource group', known.resourceGroup],
        ['zones', known.zones.join(', ')],
        ['name servers', known.nameServers.join(', ')],
        ['faults', `${known.endpoint}/_faults, and what was asked: ${known.endpoint}/_requests`],
        ['ask it', known.dig],
      ],
      '',
    ),
  );
  say(context, 'Ctrl-C ends it.');
}

function portOf(option: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const port = Number(given);
  if (Number.isInteger(port) && port >= 1 && port <= 65_532) return port;
  throw new UsageError(`${option} ${given}: a port is a number from 1 to 65532`);
}
