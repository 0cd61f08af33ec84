// The errors as the Markdown table that docs/errors.md holds: `node test/support/errors-table.ts` prints it.
import { ERRORS } from '../../src/spec/errors.ts';

export function errorsTable(): string {
  const rows = Object.entries(ERRORS).map(
    ([name, { permanent, http, exit, hint }]) =>
      `| \`${name}\` | ${permanent ? 'no' : 'yes'} | ${exit} | ${http} | ${hint} |`,
  );
  return ['| error | retried | exit | HTTP | what to do |', '|---|---|---|---|---|', ...rows].join('\n');
}

if (process.argv[1] === import.meta.filename) console.log(errorsTable());
