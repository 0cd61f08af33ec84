// The command line of the bench. Pure.
import { parseArgs } from 'node:util';

export interface Arguments {
  help: boolean;
  form: 'text' | 'json' | 'markdown';
  /** Puts the figures into docs/performance.md as well. */
  updateDocs: boolean;
  quick: boolean;
  /** Empty: all parts. */
  only: string[];
}

export function usage(parts: readonly { name: string; what: string }[]): string {
  const width = Math.max(...parts.map(({ name }) => name.length));
  return `Usage: npm run bench -- [options]

Measures naas on a Temporal server and a Kubernetes API server that it starts itself, beside kubectl, raw writes and a naive
design in the same run. Whole form: about 15 minutes on two cores. Nothing is left behind. Progress goes to stderr.

Options:
  --json           one JSON object on stdout
  --markdown       the tables of docs/performance.md on stdout
  --update-docs    puts them into docs/performance.md
  --quick          small counts, a few minutes: tries the bench, gives no figure to quote
  --only PART,…    only these parts
  --help           this

Parts:
${parts.map(({ name, what }) => `  ${name.padEnd(width)}  ${what}`).join('\n')}

Examples:
  npm run bench
  npm run bench -- --quick --only replay,worker-start
  npm run --silent bench -- --json > figures.json

Exit code: 0 when every part was measured, 1 when one was not (the others are reported), 2 for a wrong option, 130 when stopped.`;
}

export function parseArguments(args: readonly string[], parts: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      'update-docs': { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
    },
  });
  if (values.json && values.markdown) throw new Error('--json and --markdown are two forms of the same: give one');
  const only = values.only.flatMap((names) => names.split(',')).filter((name) => name !== '');
  const unknown = only.filter((name) => !parts.includes(name));
  if (unknown.length > 0) throw new Error(`no part is called ${unknown.join(', ')}; there are ${parts.join(', ')}`);
  return {
    help: values.help,
    form: values.json ? 'json' : values.markdown ? 'markdown' : 'text',
    updateDocs: values['update-docs'],
    quick: values.quick,
    only,
  };
}
