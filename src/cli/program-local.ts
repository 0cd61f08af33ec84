// `naas local …`: names, examples. Decides nothing and loads no command.
import type { Command } from 'commander';
import { examples, type Run } from './program-parts.ts';

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
}
