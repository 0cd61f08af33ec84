// What an installation needs: names, options, examples. Decides nothing and loads no command.
import type { Command } from 'commander';
import { examples, type Run } from './program-parts.ts';

export function operating(naas: Command, run: Run): void {
  naas
    .command('install')
    .description("put naas's own objects on the cluster (an administrator does this once)")
    .option('--dry-run', 'print the objects instead')
    .option('--blocker-reader', 'also let naas list all kinds but secrets, to name what keeps a namespace from dying')
    .addHelpText(
      'after',
      examples(
        'naas install --kubeconfig admin.kubeconfig',
        'naas install --dry-run | kubectl diff -f -',
        'naas install --blocker-reader --kubeconfig admin.kubeconfig',
      ),
    )
    .action((options) => run(async (context) => (await import('./commands/operate.ts')).install(context, options)));
  naas
    .command('doctor')
    .description('what was found, what is missing, how to mend it')
    .addHelpText('after', examples('naas doctor', 'naas doctor --json'))
    .action(() => run(async (context) => (await import('./commands/operate.ts')).doctor(context)));
  naas
    .command('pause')
    .description('stop all writes of naas; runs wait and say so')
    .option('--reason <TEXT>', 'shown to everybody who waits')
    .addHelpText('after', examples('naas pause --reason "etcd is being moved" --kubeconfig admin.kubeconfig'))
    .action((options) => run(async (context) => (await import('./commands/switch.ts')).pause(context, options)));
  naas
    .command('resume')
    .description('let naas write again; what waited goes on by itself')
    .addHelpText('after', examples('naas resume --kubeconfig admin.kubeconfig'))
    .action(() => run(async (context) => (await import('./commands/switch.ts')).resume(context)));
  naas
    .command('schema')
    .description('the JSON Schema of a request')
    .addHelpText('after', examples('naas schema > naas-request.schema.json'))
    .action(() => run(async (context) => (await import('./commands/operate.ts')).schema(context)));
}
