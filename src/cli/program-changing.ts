// What is done to living namespaces: names, options, examples. Decides nothing and loads no command.
import { type Command, Option } from 'commander';
import { examples, type Run, requestFile } from './program-parts.ts';

const reason = () => new Option('--reason <TEXT>', 'shown in the history');
const requestId = () => new Option('--request-id <ID>', 'makes the call repeatable');
const wait = () => new Option('--wait', 'wait until it is applied, or how else it ends');
const catalogDir = () =>
  new Option('--catalog <DIR>', 'or NAAS_CATALOG, else the catalog of the running local platform');

export function changing(naas: Command, run: Run): void {
  naas
    .command('change')
    .description('bring a living namespace to another wanted state: the whole request, or the catalog of today')
    .argument('[NAME]', "the namespace; default: the request's name")
    .addOption(requestFile().makeOptionMandatory(false))
    .addOption(wait())
    .addOption(requestId())
    .option('--based-on <DIGEST>', 'change only if this plan still holds; `naas status` prints it')
    .addOption(reason())
    .option('--to-catalog', 'send the request that holds once more: NAME, --team or --all')
    .option('--team <TEAM>', 'with --to-catalog: all living namespaces of this team')
    .option('--all', 'with --to-catalog: all living namespaces')
    .option('--yes <NUMBER>', 'with --to-catalog: do not ask when exactly so many would be touched')
    .addOption(catalogDir())
    .addHelpText(
      'after',
      examples(
        'naas change -f examples/shop-cart-dev.yaml --wait --as ada@example.com --group shop-developers',
        'naas change --to-catalog shop-cart-dev --wait --as olga@example.com --group platform-operators',
        'naas change --to-catalog --all --yes 37 --as olga@example.com --group platform-operators',
      ),
    )
    .action((name, options) =>
      run(async (context) => (await import('./commands/change.ts')).change(context, name, options)),
    );
  naas
    .command('quota')
    .description('show what a namespace may use, or change single numbers of it')
    .argument('<NAME>', 'the namespace')
    .argument('[KEY=VALUE...]', "such as limits.cpu=4; KEY=default goes back to the tier's number")
    .addOption(wait())
    .addOption(requestId())
    .addOption(reason())
    .addHelpText(
      'after',
      examples(
        'naas quota shop-cart-dev',
        'naas quota shop-cart-dev limits.cpu=3 limits.memory=6Gi --wait --as ada@example.com --group shop-developers',
        'naas quota shop-cart-dev limits.cpu=default --as ada@example.com --group shop-developers',
      ),
    )
    .action((name, assignments, options) =>
      run(async (context) => (await import('./commands/quota.ts')).quota(context, name, assignments, options)),
    );
  naas
    .command('transfer')
    .description('hand a namespace over to another team, with the consent of both')
    .argument('<NAME>', 'the namespace')
    .requiredOption('--team <TEAM>', 'who takes it over')
    .addOption(wait())
    .addOption(requestId())
    .addOption(reason())
    .addHelpText(
      'after',
      examples('naas transfer shop-cart-dev --team payments --as lee@example.com --group shop-leads'),
    )
    .action((name, options) =>
      run(async (context) => (await import('./commands/change.ts')).transfer(context, name, options)),
    );
  naas
    .command('catalog')
    .description('the catalog and what lives')
    .addHelpText('after', examples('naas catalog diff --team shop'))
    .command('diff')
    .description('which living namespaces the catalog would touch, and how')
    .option('--team <TEAM>', 'of this team only')
    .addOption(catalogDir())
    .addHelpText('after', examples('naas catalog diff', 'naas catalog diff --team shop --catalog ./catalog --json'))
    .action((options) => run(async (context) => (await import('./commands/catalog.ts')).diff(context, options)));
}
