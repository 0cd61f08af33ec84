// The command line as data: names, options, examples. Loads no command's code: each is imported when it is called, so
// that `naas --help` costs nothing but this file.
import { Command, Option } from 'commander';
import type { Context, Dependencies, Globals } from './context.ts';
import type { Terminal } from './terminal.ts';

type Action = (context: Context) => Promise<number>;

export interface Program {
  command: Command;
  /** The exit code of the command that ran. */
  exit(): number;
}

export function buildProgram(terminal: Terminal, dependencies: Dependencies): Program {
  let exit = 0;
  const naas = new Command('naas');
  const run = async (action: Action): Promise<void> => {
    exit = await action({ terminal, dependencies, globals: naas.opts<Globals>() });
  };
  naas
    .description(
      'Governed Kubernetes namespaces on request: asked for in a file, approved by people, gone without a trace.',
    )
    .option('--as <USER>', 'act as this person (local issuer); or NAAS_AS')
    .option('--group <GROUP>', 'a group of that person, repeatable; or NAAS_GROUPS, comma-separated', collect)
    .option('--json', 'one JSON document on standard output (JSON lines for watch)')
    .option('--address <HOST:PORT>', "Temporal's address; or TEMPORAL_ADDRESS, else the running local platform")
    .option('--namespace <NAME>', "Temporal's namespace")
    .option('--kubeconfig <FILE>', 'or KUBECONFIG, else the running local platform')
    .option('--issuer-key <FILE>', 'key that signs as --as; or NAAS_ISSUER_KEY, else the running local platform')
    .configureHelp({ showGlobalOptions: true })
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeOut: terminal.stdout, writeErr: () => undefined, getOutHelpWidth: () => terminal.width })
    .addHelpText(
      'after',
      `\nExit codes: 0 done, 1 unexpected, 2 invalid or refused, 3 rejected, lapsed or cancelled, 4 failed and undone,\n5 blocked, 6 not found, 7 conflict, 8 unknown (may still run).`,
    );

  requesting(naas, run);
  deciding(naas, run);
  looking(naas, run);
  ending(naas, run);
  operating(naas, run);
  local(naas, run);
  return { command: naas, exit: () => exit };
}

type Run = (action: Action) => Promise<void>;

const requestFile = () =>
  new Option('-f, --file <FILE>', 'the request, YAML or JSON; - reads standard input').makeOptionMandatory();

function requesting(naas: Command, run: Run): void {
  naas
    .command('request')
    .description('ask for a namespace')
    .addOption(requestFile())
    .option('--wait', 'wait until it is ready, refused or blocked')
    .option('--request-id <ID>', 'makes the call repeatable; default: a digest of caller and content')
    .addHelpText(
      'after',
      examples(
        'naas request -f examples/shop-cart-staging.yaml --wait --as ada@example.com --group shop-developers',
        'cat request.yaml | naas request -f - --json',
      ),
    )
    .action((options) => run(async (context) => (await import('./commands/request.ts')).request(context, options)));
  naas
    .command('plan')
    .description('show what a request would do, against the live state')
    .addOption(requestFile())
    .option('--yaml', 'print the rendered objects')
    .option('--offline', 'render from the local catalog, without asking any server')
    .addHelpText(
      'after',
      examples(
        'naas plan -f examples/shop-cart-staging.yaml',
        'naas plan -f examples/shop-cart-staging.yaml --offline --yaml',
      ),
    )
    .action((options) => run(async (context) => (await import('./commands/plan.ts')).plan(context, options)));
}

function deciding(naas: Command, run: Run): void {
  const digest = () =>
    new Option('--digest <DIGEST>', 'decide only if the plan is still this one; `naas approvals` prints it');
  naas
    .command('approvals')
    .description('what waits for my decision')
    .addHelpText('after', examples('naas approvals --as lee@example.com --group shop-leads'))
    .action(() => run(async (context) => (await import('./commands/approvals.ts')).approvals(context)));
  naas
    .command('approve')
    .description('approve a request')
    .argument('<NAME>', 'the namespace')
    .option('--reason <TEXT>', 'shown in the history')
    .addOption(digest())
    .addHelpText('after', examples('naas approve shop-cart-staging --as lee@example.com --group shop-leads'))
    .action((name, options) =>
      run(async (context) => (await import('./commands/decide.ts')).decide(context, 'approve', name, options)),
    );
  naas
    .command('reject')
    .description('reject a request')
    .argument('<NAME>', 'the namespace')
    .requiredOption('--reason <TEXT>', 'told to the requester')
    .addOption(digest())
    .addHelpText(
      'after',
      examples('naas reject shop-cart-staging --reason "use the existing one" --as lee@example.com --group shop-leads'),
    )
    .action((name, options) =>
      run(async (context) => (await import('./commands/decide.ts')).decide(context, 'reject', name, options)),
    );
}

function looking(naas: Command, run: Run): void {
  naas
    .command('status')
    .description('where a namespace stands, what it waits for, what it owns')
    .argument('<NAME>', 'the namespace')
    .addHelpText('after', examples('naas status shop-cart-staging', 'naas status shop-cart-staging --json'))
    .action((name) => run(async (context) => (await import('./commands/look.ts')).status(context, name)));
  naas
    .command('watch')
    .description('look on until the run is over')
    .argument('<NAME>', 'the namespace')
    .addHelpText('after', examples('naas watch shop-cart-staging', 'naas watch shop-cart-staging --json'))
    .action((name) => run(async (context) => (await import('./commands/look.ts')).watch(context, name)));
  naas
    .command('list')
    .description('all namespaces')
    .option('--team <TEAM>', 'of this team only')
    .option('--phase <PHASE>', 'in this phase only')
    .option('--environment <NAME>', 'of this environment only')
    .option('--all', 'those that are over as well')
    .addHelpText('after', examples('naas list --team shop', 'naas list --phase awaiting-approval --json'))
    .action((options) => run(async (context) => (await import('./commands/look.ts')).list(context, options)));
  naas
    .command('history')
    .description('what happened, in order')
    .argument('<NAME>', 'the namespace')
    .addHelpText('after', examples('naas history shop-cart-staging'))
    .action((name) => run(async (context) => (await import('./commands/look.ts')).history(context, name)));
}

function ending(naas: Command, run: Run): void {
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
    .addHelpText('after', examples('naas cancel shop-cart-staging --as ada@example.com --group shop'))
    .action((name, options) =>
      run(async (context) => (await import('./commands/end.ts')).cancel(context, name, options)),
    );
}

function operating(naas: Command, run: Run): void {
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

function local(naas: Command, run: Run): void {
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

function collect(value: string, earlier: string[] | undefined): string[] {
  return [...(earlier ?? []), value];
}

function examples(...lines: string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
