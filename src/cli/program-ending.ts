// `naas delete` and `naas cancel`: names, options, examples. Decides nothing and loads no command.
import type { Command } from 'commander';
import { examples, type Run } from './program-parts.ts';

export function ending(naas: Command, run: Run): void {
  naas
    .command('delete')
    .description('delete a namespace and everything that belongs to it')
    .argument('<NAME>', 'the namespace')
    .option('--wait', 'wait until nothing is left')
    .option('--yes', 'do not ask')
    .option('--reason <TEXT>', 'shown in the history')
    .option('--request-id <ID>', 'makes the call repeatable')
    .addHelpText(
      'after',
      examples(
        'naas delete shop-cart-staging --as ada@example.com --group shop-developers',
        'naas delete shop-cart-staging --yes --wait --as ada@example.com --group shop-developers',
      ),
    )
    .action((name, options) =>
      run(async (context) => (await import('./commands/end.ts')).remove(context, name, options)),
    );
  naas
    .command('cancel')
    .description('stop what is in progress and undo it')
    .argument('<NAME>', 'the namespace')
    .option('--reason <TEXT>', 'shown in the history')
    .option('--request-id <ID>', 'makes the call repeatable')
    .addHelpText('after', examples('naas cancel shop-cart-staging --as ada@example.com --group shop-developers'))
    .action((name, options) =>
      run(async (context) => (await import('./commands/end.ts')).cancel(context, name, options)),
    );
}
