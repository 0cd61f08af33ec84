// `naas local …`: names, examples. Decides nothing and loads no command.
import type { Command } from 'commander';
import { collect, examples, type Run } from './program-parts.ts';

export interface AzureDnsFlags {
  zone?: string[];
  resourceGroup: string;
  port?: string;
  dnsPort?: string;
  limits: boolean;
}

export function local(naas: Command, run: Run): void {
  const group = naas
    .command('local')
    .description('a whole platform on this machine: Temporal, a Kubernetes API, the worker')
    .addHelpText('after', examples('naas local up', 'eval "$(naas local env)"'));
  group
    .command('up')
    .description('start it and leave it running')
    .addHelpText('after', examples('naas local up'))
    .action(() => run(async (context) => (await import('./commands/local.ts')).up(context)));
  group
    .command('down')
    .description('stop it and remove its state')
    .addHelpText('after', examples('naas local down'))
    .action(() => run(async (context) => (await import('./commands/local.ts')).down(context)));
  group
    .command('status')
    .description('addresses and processes')
    .addHelpText('after', examples('naas local status', 'naas local status --json'))
    .action(() => run(async (context) => (await import('./commands/local.ts')).status(context)));
  group
    .command('env')
    .description('exports for a shell: KUBECONFIG, TEMPORAL_ADDRESS, PATH and more')
    .addHelpText('after', examples('eval "$(naas local env)"'))
    .action(() => run(async (context) => (await import('./commands/local.ts')).env(context)));
  group
    .command('azure-dns')
    .description('an Azure DNS of its own: management API, tokens and four name servers, until Ctrl-C')
    .option('--zone <NAME>', 'a zone that is there from the start; may be repeated (default: example.test)', collect)
    .option('--resource-group <NAME>', 'where the zones are', 'naas-dns')
    .option('--port <PORT>', 'of the management API (default: a free one)')
    .option('--dns-port <PORT>', 'of the first name server, the others follow (default: free ones)')
    .option('--no-limits', 'without the request limits of the real service')
    .addHelpText(
      'after',
      examples('naas local azure-dns', 'naas local azure-dns --zone apps.example.test --dns-port 5301'),
    )
    .action((flags: AzureDnsFlags) =>
      run(async (context) => (await import('./commands/local-azure-dns.ts')).azureDns(context, flags)),
    );
}
