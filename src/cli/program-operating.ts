// What an installation needs: names, options, examples. Decides nothing and loads no command.
import type { Command } from 'commander';
import { examples, type Run } from './program-parts.ts';

export function operating(naas: Command, run: Run): void {
  naas
    .command('install')
    .description("put naas's own objects on the cluster (an administrator does this once)")
    .option('--dry-run', 'print the objects instead')
    .addHelpText(
      'after',
      examples('naas install --kubeconfig admin.kubeconfig', 'naas install --dry-run | kubectl diff -f -'),
    )
    .action((options) => run(async (context) => (await import('./commands/operate.ts')).install(context, options)));
  naas
    .command('doctor')
    .description('what was found, what is missing, how to mend it')
    .addHelpText('after', examples('naas doctor', 'naas doctor --json'))
    .action(() => run(async (context) => (await import('./commands/operate.ts')).doctor(context)));
  naas
    .command('schema')
    .description('the JSON Schema of a request')
    .addHelpText('after', examples('naas schema > naas-request.schema.json'))
    .action(() => run(async (context) => (await import('./commands/operate.ts')).schema(context)));
}
