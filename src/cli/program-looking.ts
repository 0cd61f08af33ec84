// The commands that only look: names, options, examples. Decides nothing and loads no command.
import type { Command } from 'commander';
import { examples, type Run } from './program-parts.ts';

export function looking(naas: Command, run: Run): void {
  naas
    .command('status')
    .description('where a namespace stands, what it waits for, what it owns')
    .argument('<NAME>', 'the namespace')
    .addHelpText('after', examples('naas status shop-cart-staging', 'naas status shop-cart-staging --json'))
    .action((name) => run(async (context) => (await import('./commands/look.ts')).status(context, name)));
  naas
    .command('watch')
    .description(
      'look on until it is deleted or has ended otherwise; Ctrl-C only ends the looking, of one that is ready too',
    )
    .argument('<NAME>', 'the namespace')
    .addHelpText('after', examples('naas watch shop-cart-staging', 'naas watch shop-cart-staging --json'))
    .action((name) => run(async (context) => (await import('./commands/look.ts')).watch(context, name)));
  naas
    .command('list')
    .description('the namespaces that live or are on their way')
    .option('--team <TEAM>', 'of this team only')
    .option('--phase <PHASE>', 'in this phase only; of those that are over where the phase is an end')
    .option('--environment <NAME>', 'of this environment only')
    .option('--error <NAME>', 'with this error only, such as Throttled')
    .option('--all', 'those that are over as well')
    .addHelpText(
      'after',
      examples(
        'naas list --team shop',
        'naas list --phase blocked --error Throttled',
        'naas list --phase awaiting-approval --json',
      ),
    )
    .action((options) => run(async (context) => (await import('./commands/look.ts')).list(context, options)));
  naas
    .command('history')
    .description('what happened, in order')
    .argument('<NAME>', 'the namespace')
    .addHelpText('after', examples('naas history shop-cart-staging'))
    .action((name) => run(async (context) => (await import('./commands/look.ts')).history(context, name)));
  naas
    .command('kubeconfig')
    .description('my own way into one namespace: a kubeconfig with that context alone')
    .argument('<NAME>', 'the namespace')
    .option('--context <CONTEXT>', "the context to take; default: the kubeconfig's current one")
    .option('-o, --output <FILE>', 'write there, readable by me alone, instead of printing')
    .addHelpText(
      'after',
      examples(
        'naas kubeconfig shop-cart-dev -o shop-cart-dev.kubeconfig --as ada@example.com --group shop-developers',
        'naas kubeconfig shop-cart-dev --context west > shop-cart-dev.kubeconfig',
      ),
    )
    .action((name, options) =>
      run(async (context) => (await import('./commands/kubeconfig.ts')).kubeconfig(context, name, options)),
    );
}
