// What the rooms of the command line share: how a command is run, and options and examples in one form. Declares no command.
import { Option } from 'commander';
import type { Context } from './context.ts';

/** Runs a command's code and keeps its exit code. */
export type Run = (action: (context: Context) => Promise<number>) => Promise<void>;

export const requestFile = () =>
  new Option('-f, --file <FILE>', 'the request, YAML or JSON; - reads standard input').makeOptionMandatory();

export function collect(value: string, earlier: string[] | undefined): string[] {
  return [...(earlier ?? []), value];
}

export function examples(...lines: string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
