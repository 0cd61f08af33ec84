// What operators do about what cannot go on by itself: names, options, examples. Decides nothing and loads no command.
import type { Command } from 'commander';
import { examples, type Run } from './program-parts.ts';

export function mending(naas: Command, run: Run): void {
  naas
    .command('retry')
    .description('have a blocked namespace, or all that a condition finds, tried again at once (operators)')
    .argument('[NAME]', 'the namespace')
    .option('--where <CONDITIONS>', 'all blocked ones with error=, team=, environment=; comma-separated')
    .option('--request-id <ID>', 'makes the call repeatable')
    .addHelpText(
      'after',
      examples(
        'naas retry shop-cart-dev --as olga@example.com --group platform-operators',
        "naas retry --where 'error=Throttled,team=shop' --as olga@example.com --group platform-operators",
      ),
    )
    .action((name, options) =>
      run(async (context) => (await import('./commands/mend.ts')).retry(context, name, options)),
    );
  naas
    .command('skip')
    .description('leave the objects that block as they are, listed for ever, and go on (operators)')
    .argument('<NAME>', 'the namespace')
    .requiredOption('--reason <TEXT>', 'listed with what is left behind')
    .option('--request-id <ID>', 'makes the call repeatable')
    .addHelpText(
      'after',
      examples(
        'naas skip shop-cart-dev --reason "its webhook is gone for good" --as olga@example.com --group platform-operators',
      ),
    )
    .action((name, options) =>
      run(async (context) => (await import('./commands/mend.ts')).skip(context, name, options)),
    );
  naas
    .command('abandon')
    .description('end the run of a blocked namespace with all that is left of it (operators)')
    .argument('<NAME>', 'the namespace')
    .requiredOption('--reason <TEXT>', 'listed with what is left behind')
    .option('--yes', 'do not ask')
    .option('--request-id <ID>', 'makes the call repeatable')
    .addHelpText(
      'after',
      examples(
        'naas abandon shop-cart-dev --yes --reason "the cluster is gone" --as olga@example.com --group platform-operators',
      ),
    )
    .action((name, options) =>
      run(async (context) => (await import('./commands/mend.ts')).abandon(context, name, options)),
    );
  naas
    .command('recover')
    .description("start a lost run again from the namespace's own record (operators)")
    .argument('<NAME>', 'the namespace')
    .option('--wait', 'wait until it is ready, or gone where its deletion had begun')
    .option('--request-id <ID>', 'makes the call repeatable')
    .addHelpText(
      'after',
      examples('naas recover shop-cart-dev --wait --as olga@example.com --group platform-operators'),
    )
    .action((name, options) =>
      run(async (context) => (await import('./commands/recover.ts')).recover(context, name, options)),
    );
}
