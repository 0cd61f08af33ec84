// The lifecycle as the Markdown table that docs/lifecycle.md holds: `node test/support/lifecycle-table.ts` prints it.
import { type Cell, LIFECYCLE, MESSAGES, PHASES } from '../../src/spec/lifecycle.ts';

export function lifecycleTable(): string {
  const messages = MESSAGES.filter((message) => !['status', 'plan', 'history', 'decision'].includes(message));
  const rows = PHASES.map(
    (phase) => `| ${phase} | ${messages.map((message) => cellText(LIFECYCLE[phase][message])).join(' | ')} |`,
  );
  return [`| phase | ${messages.join(' | ')} |`, `|---|${messages.map(() => '---|').join('')}`, ...rows].join('\n');
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
