// The command line as data: global options here, the commands by room in program-*.ts. Loads no command's code: each is
// imported when it is called, so that `naas --help` costs nothing but these files.
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Dependencies, Globals } from './context.ts';
import { changing } from './program-changing.ts';
import { deciding } from './program-deciding.ts';
import { domains } from './program-domains.ts';
import { ending } from './program-ending.ts';
import { local } from './program-local.ts';
import { looking } from './program-looking.ts';
import { mending } from './program-mending.ts';
import { operating } from './program-operating.ts';
import { collect, type Run } from './program-parts.ts';
import { requesting } from './program-requesting.ts';
import type { Terminal } from './terminal.ts';

export interface Program {
  command: Command;
  /** The exit code of the command that ran. */
  exit(): number;
}

export function buildProgram(terminal: Terminal, dependencies: Dependencies): Program {
  let exit = 0;
  const naas = new Command('naas');
  const run: Run = async (action) => {
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
    .option('--namespace <NAME>', "Temporal's namespace, not one of Kubernetes; or TEMPORAL_NAMESPACE")
    .option('--kubeconfig <FILE>', 'or KUBECONFIG, else the running local platform, else ~/.kube/config')
    .option('--issuer-key <FILE>', 'key that signs as --as; or NAAS_ISSUER_KEY, else the running local platform')
    .version(version(), '--version', 'print the version of this command')
    .configureHelp({ showGlobalOptions: true })
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeOut: terminal.stdout, writeErr: () => undefined, getOutHelpWidth: () => terminal.width })
    .addHelpText(
      'after',
      `\nExit codes: 0 done, 1 unexpected, 2 invalid or refused, 3 rejected, lapsed or cancelled, 4 failed and undone, or abandoned,\n5 blocked, 6 not found, 7 conflict, 8 unknown (may still run).`,
    );

  requesting(naas, run);
  changing(naas, run);
  deciding(naas, run);
  looking(naas, run);
  ending(naas, run);
  domains(naas, run);
  mending(naas, run);
  operating(naas, run);
  local(naas, run);
  return { command: naas, exit: () => exit };
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}
