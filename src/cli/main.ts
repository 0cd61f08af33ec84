// The command line's entry: arguments in, text and exit code out. Every failure leaves by `fail`; no decision is made here.
import { CommanderError } from 'commander';
import { ERRORS, NaasError } from '../spec/errors.ts';
import type { Dependencies } from './context.ts';
import { realDependencies } from './dependencies.ts';
import { harmless } from './harmless.ts';
import { buildProgram } from './program.ts';
import { errorDocument, renderError } from './render-error.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** `argv` without node and script. Answers the exit code; sets nothing on the process. */
export async function main(
  argv: readonly string[],
  terminal: Terminal = processTerminal(),
  dependencies: Dependencies = realDependencies,
): Promise<number> {
  const program = buildProgram(terminal, dependencies);
  try {
    await program.command.parseAsync([...argv], { from: 'user' });
    return program.exit();
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const { command } = program;
    const names = command.commands.map((known) => known.name());
    return fail(terminal, error, {
      command: argv.find((word) => names.includes(word)),
      below: (name) =>
        command.commands.find((known) => known.name() === name)?.commands.map((each) => each.name()) ?? [],
      json: argv.includes('--json'),
      help: () => command.helpInformation(),
    });
  }
}

interface Asked {
  /** The one that was typed, as far as there is one of that name. */
  command: string | undefined;
  /** The commands of a group of commands. */
  below(name: string): string[];
  json: boolean;
  help(): string;
}

function fail(terminal: Terminal, error: unknown, asked: Asked): number {
  if (error instanceof CommanderError && error.code === 'commander.help') {
    const { command } = asked;
    if (command !== undefined)
      return failUsage(terminal, `${command} needs one of: ${asked.below(command).join(', ')}`, asked);
    if (asked.json) return failUsage(terminal, 'naas needs a command', asked);
    terminal.stderr(asked.help());
    return ERRORS.InvalidRequest.exit;
  }
  if (error instanceof CommanderError || error instanceof UsageError) return failUsage(terminal, error.message, asked);
  const known = error instanceof NaasError ? error : unexpected(error);
  if (asked.json) terminal.stdout(`${JSON.stringify(errorDocument(known), null, 2)}\n`);
  else terminal.stderr(`${harmless(renderError(known, terminal.paint).join('\n'))}\n`);
  return ERRORS[known.code].exit;
}

function failUsage(terminal: Terminal, text: string, asked: Asked): number {
  const message = text.replace(/^error: /, '');
  const code = 'InvalidRequest';
  const help = asked.command === undefined ? 'naas --help' : `naas ${asked.command} --help`;
  if (asked.json)
    terminal.stdout(
      `${JSON.stringify({ error: { code, message, hint: `See: ${help}`, problems: [{ code, message }] } }, null, 2)}\n`,
    );
  else terminal.stderr(`${terminal.paint('red', 'naas')}: ${message}\n  ${terminal.paint('cyan', '→')} see: ${help}\n`);
  return ERRORS[code].exit;
}

function unexpected(error: unknown): NaasError {
  const message = error instanceof Error ? error.message : String(error);
  return new NaasError({ code: 'Unexpected', message }, { cause: error });
}
