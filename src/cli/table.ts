// Aligned columns for people. Pure; colour in a cell does not count as width.
import { stripVTControlCharacters } from 'node:util';

export function width(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Rows of cells as lines; the last column is never padded, so no line ends in blanks. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, width(cell));
  }
  return rows.map((row) => {
    const cells = row.map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - width(cell)));
    return (indent + cells.join('  ')).trimEnd();
  });
}

/** `name  value` lines; pairs without a value are left out. */
export function facts(pairs: readonly (readonly [string, string | undefined])[], indent = '  '): string[] {
  return columns(
    pairs.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
    indent,
  );
}

/** Breaks plain text between words; a word that is longer than a line stands alone. */
export function wrap(text: string, limit: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > limit) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Cuts a line to the terminal's width, colour and all: a wrapped line would break the redrawing of live output. */
export function clip(line: string, limit: number): string {
  if (width(line) <= limit) return line;
  const bare = stripVTControlCharacters(line);
  return `${bare.slice(0, Math.max(0, limit - 1))}…`;
}
