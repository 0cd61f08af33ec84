// Domains that teams bring along: names, options, examples. Decides nothing and loads no command.
import type { Command } from 'commander';
import { examples, type Run } from './program-parts.ts';

const AS_ADA = '--as ada@example.com --group shop-developers';
const AS_OPERATOR = '--as olga@example.com --group platform-operators';
const AS_LEAD = '--as grace@example.com --group shop-leads';

export function domains(naas: Command, run: Run): void {
  const domain = naas
    .command('domain')
    .description('domains that teams bring along, and who holds them')
    .addHelpText('after', examples('naas domain add example.org --team shop', 'naas domain list'));
  domain
    .command('add')
    .description('register a domain for a team, or have its proof looked for at once')
    .argument('<DOMAIN>', 'covers all names below it')
    .requiredOption('--team <TEAM>', 'whose it is')
    .option('--delegate', 'naas makes a zone for it and keeps its records; the team enters the NS records above it')
    .option('--request-id <ID>', 'makes the call repeatable')
    .addHelpText(
      'after',
      examples(
        `naas domain add example.org --team shop ${AS_ADA}`,
        `naas domain add apps.example.org --team shop --delegate ${AS_ADA}`,
      ),
    )
    .action((name, options) =>
      run(async (context) => (await import('./commands/domain.ts')).add(context, name, options)),
    );
  domain
    .command('buy')
    .description('ask that a domain is bought for a team; people approve it, with its price')
    .argument('<DOMAIN>', 'the whole domain, such as example.org')
    .requiredOption('--team <TEAM>', 'who is to have it')
    .option('--reason <TEXT>', 'shown to whoever decides')
    .option('--request-id <ID>', 'makes the call repeatable')
    .addHelpText('after', examples(`naas domain buy example.org --team shop --reason "the new shop" ${AS_ADA}`))
    .action((name, options) =>
      run(async (context) => (await import('./commands/domain.ts')).buy(context, name, options)),
    );
  domain
    .command('bought')
    .description('say that a domain was bought, and for how much (buyers)')
    .argument('<DOMAIN>', 'as it was asked for')
    .requiredOption('--team <TEAM>', 'who asked for it')
    .requiredOption('--price <PRICE>', 'of the first year, such as "12.00 GBP"')
    .option('--request-id <ID>', 'makes the call repeatable')
    .addHelpText('after', examples(`naas domain bought example.org --team shop --price "12.00 GBP" ${AS_OPERATOR}`))
    .action((name, options) =>
      run(async (context) => (await import('./commands/domain.ts')).bought(context, name, options)),
    );
  domain
    .command('status')
    .description('who holds what of a domain, and what a person has to do')
    .argument('<DOMAIN>', 'or any name below it')
    .addHelpText('after', examples('naas domain status example.org', 'naas domain status www.example.org --json'))
    .action((name) => run(async (context) => (await import('./commands/domain.ts')).status(context, name)));
  domain
    .command('list')
    .description('all domains that somebody holds or waits for')
    .option('--team <TEAM>', 'of this team only')
    .option('--state <STATE>', 'in this state only')
    .addHelpText('after', examples('naas domain list', 'naas domain list --team shop --state grace'))
    .action((options) => run(async (context) => (await import('./commands/domain.ts')).list(context, options)));
  domain
    .command('remove')
    .description('give a domain up; its names stop')
    .argument('<DOMAIN>', 'as it was registered')
    .option('--team <TEAM>', 'where several teams wait for it')
    .option('--yes', 'do not ask')
    .option('--reason <TEXT>', 'shown in its history')
    .option('--request-id <ID>', 'makes the call repeatable')
    .addHelpText('after', examples(`naas domain remove example.org --yes ${AS_LEAD}`))
    .action((name, options) =>
      run(async (context) => (await import('./commands/domain.ts')).remove(context, name, options)),
    );
  domain
    .command('transfer')
    .description('ask the team that holds a domain to give it to another')
    .argument('<DOMAIN>', 'as it was registered')
    .requiredOption('--team <TEAM>', 'who is to have it')
    .option('--reason <TEXT>', 'shown to whoever decides')
    .option('--request-id <ID>', 'makes the call repeatable')
    .addHelpText(
      'after',
      examples('naas domain transfer example.org --team payments --as pat@example.com --group payments-developers'),
    )
    .action((name, options) =>
      run(async (context) => (await import('./commands/domain.ts')).transfer(context, name, options)),
    );
  for (const decision of ['approve', 'reject'] as const)
    domain
      .command(decision)
      .description(
        `${decision} that another team has a domain of yours, or one above or below it (leads); or a purchase`,
      )
      .argument('<DOMAIN>', 'what is asked for')
      .requiredOption('--team <TEAM>', 'who asks for it')
      .option('--reason <TEXT>', 'shown in its history')
      .addHelpText('after', examples(`naas domain ${decision} pay.example.org --team payments ${AS_LEAD}`))
      .action((name, options) =>
        run(async (context) => (await import('./commands/domain.ts')).decide(context, decision, name, options)),
      );
}
