// The lifecycle as the Markdown table that docs/lifecycle.md holds: `node test/support/lifecycle-table.ts` prints it.
import { type Cell, LIFECYCLE, MESSAGES, QUERIES, SITUATIONS } from '../../src/spec/lifecycle.ts';

export function lifecycleTable(): string {
  const left: readonly string[] = [...QUERIES, 'decision', 'transfer', 'skip', 'abandon'];
  const messages = MESSAGES.filter((message) => !left.includes(message));
  const rows = SITUATIONS.map(
    (situation) =>
      `| ${situation} | ${messages.map((message) => cellText(LIFECYCLE[situation][message])).join(' | ')} |`,
  );
  return [
    `| phase, and the step of an operation beside it | ${messages.join(' | ')} |`,
    `|---|${messages.map(() => '---|').join('')}`,
    ...rows,
  ].join('\n');
}

function cellText(cell: Cell): string {
  switch (cell.answer) {
    case 'accept':
      return '**accepted**';
    case 'once':
      return `answered: ${cell.why}`;
    case 'refuse':
      return `\`${cell.code}\`: ${cell.why}`;
  }
}

if (process.argv[1] === import.meta.filename) console.log(lifecycleTable());
