// `naas request` and `naas plan`: names, options, examples. Decides nothing and loads no command.
import type { Command } from 'commander';
import { examples, type Run, requestFile } from './program-parts.ts';

export function requesting(naas: Command, run: Run): void {
  naas
    .command('request')
    .description('ask for a namespace')
    .addOption(requestFile())
    .option('--wait', 'wait until it is ready, refused or blocked')
    .option('--request-id <ID>', 'makes the call repeatable; default: a new one each time')
    .addHelpText(
      'after',
      examples(
        'naas request -f examples/shop-cart-staging.yaml --wait --as ada@example.com --group shop-developers',
        'cat request.yaml | naas request -f - --json',
      ),
    )
    .action((options) => run(async (context) => (await import('./commands/request.ts')).request(context, options)));
  naas
    .command('adopt')
    .description("take over a namespace that was never naas's, once an administrator has marked it")
    .addOption(requestFile())
    .requiredOption('--request-id <ID>', 'what the mark names: adopt.naas.dev/allow=ID')
    .option('--wait', 'wait until it is ready, refused or blocked')
    .addHelpText(
      'after',
      examples('naas adopt -f shop-old.yaml --request-id adopt-1 --wait --as ada@example.com --group shop-developers'),
    )
    .action((options) => run(async (context) => (await import('./commands/request.ts')).adopt(context, options)));
  naas
    .command('plan')
    .description('show what a request would do, against the live state')
    .addOption(requestFile())
    .option('--yaml', 'print the rendered objects')
    .option('--offline', 'render from the local catalog, without asking any server')
    .option('--catalog <DIR>', 'with --offline: the catalog; or NAAS_CATALOG')
    .addHelpText(
      'after',
      examples(
        'naas plan -f examples/shop-cart-staging.yaml --as ada@example.com --group shop-developers',
        'naas plan -f examples/shop-cart-staging.yaml --offline --yaml',
      ),
    )
    .action((options) => run(async (context) => (await import('./commands/plan.ts')).plan(context, options)));
}
