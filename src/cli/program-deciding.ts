// `naas approvals`, `approve`, `reject`: names, options, examples. Decides nothing and loads no command.
import { type Command, Option } from 'commander';
import { examples, type Run } from './program-parts.ts';

export function deciding(naas: Command, run: Run): void {
  const digest = () =>
    new Option(
      '--digest <DIGEST>',
      'decide only on this plan, as `naas approvals` prints it; without it on what stands at that moment',
    );
  naas
    .command('approvals')
    .description('what waits for my decision')
    .addHelpText('after', examples('naas approvals --as lee@example.com --group shop-leads'))
    .action(() => run(async (context) => (await import('./commands/approvals.ts')).approvals(context)));
  naas
    .command('approve')
    .description('approve a request or a change')
    .argument('<NAME>', 'the namespace')
    .option('--reason <TEXT>', 'shown in the history')
    .addOption(digest())
    .addHelpText(
      'after',
      examples(
        'naas approve shop-cart-staging --digest 1a2b3c4d1a2b-9f8e7d6c9f8e --as lee@example.com --group shop-leads',
      ),
    )
    .action((name, options) =>
      run(async (context) => (await import('./commands/decide.ts')).decide(context, 'approve', name, options)),
    );
  naas
    .command('reject')
    .description('reject a request or a change')
    .argument('<NAME>', 'the namespace')
    .requiredOption('--reason <TEXT>', 'shown in the status and the history')
    .addOption(digest())
    .addHelpText(
      'after',
      examples('naas reject shop-cart-staging --reason "use the existing one" --as lee@example.com --group shop-leads'),
    )
    .action((name, options) =>
      run(async (context) => (await import('./commands/decide.ts')).decide(context, 'reject', name, options)),
    );
}
