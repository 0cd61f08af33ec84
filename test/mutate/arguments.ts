// The command line of `npm run mutate`. Pure.
import { parseArgs } from 'node:util';

export interface Arguments {
  help: boolean;
  list: boolean;
  json: boolean;
  /** Puts the table into docs/reliability.md as well. */
  updateDocs: boolean;
  /** Guards alone whose tests need no servers. */
  unit: boolean;
  /** Empty: all. */
  only: string[];
}

export const USAGE = `Usage: npm run mutate -- [options]

Takes each guard of the list in test/mutate/guards away, one at a time and in a copy of the sources, and runs the tests that
have to miss it. The work tree is never touched. All of it takes about an hour on two cores. Progress goes to stderr.

Options:
  --list           what there is, and run nothing
  --only NAME,…    only these
  --unit           only those whose tests need no servers: a few minutes
  --json           one JSON object on stdout
  --update-docs    puts the table into docs/reliability.md; for whole runs
  --help           this

Examples:
  npm run mutate -- --unit
  npm run mutate -- --only stale-plan-digest,own-decision
  npm run --silent mutate -- --json > guards.json

Exit code: 0 when a test missed at least 95 % of the guards, 1 when not or when the tests fail as they are, 2 for a wrong
option, 130 when stopped.`;

export function parseArguments(args: readonly string[], names: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      unit: { type: 'boolean', default: false },
      'update-docs': { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
    },
  });
  const only = values.only.flatMap((each) => each.split(',')).filter((name) => name !== '');
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`no guard is called ${unknown.join(', ')}; --list shows them`);
  if (values['update-docs'] && (values.unit || only.length > 0))
    throw new Error('--update-docs is for a whole run: leave out --unit and --only');
  const { help, list, json, unit } = values;
  return { help, list, json, unit, only, updateDocs: values['update-docs'] };
}
