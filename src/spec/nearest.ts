// "Did you mean …": the known word nearest to an unknown one, or none when nothing is near enough to be meant.

/** Longer words are no typing mistakes, and the table below grows with the product of both lengths. */
const MAX_LENGTH = 64;

export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const plain = word.toLowerCase();
  const ranked = known
    .filter((candidate) => candidate.length <= MAX_LENGTH)
    .map((candidate) => ({ candidate, distance: editDistance(plain, candidate.toLowerCase()) }))
    .sort((left, right) => left.distance - right.distance);
  const best = ranked[0];
  if (best === undefined) return undefined;
  const tolerance = Math.max(1, Math.floor(Math.max(word.length, best.candidate.length) / 3));
  return best.distance <= tolerance ? best.candidate : undefined;
}

/** Insertions, deletions, replacements and swapped neighbours from one word to the other, one row at a time. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line += 1) {
    const row = [line];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = at(last, column - 1) + (from[line - 1] === to[column - 1] ? 0 : 1);
      const swaps = from[line - 1] === to[column - 2] && from[line - 2] === to[column - 1];
      const swapped = line > 1 && column > 1 && swaps ? at(beforeLast, column - 2) + 1 : replaced;
      row.push(Math.min(replaced, swapped, at(last, column) + 1, at(row, column - 1) + 1));
    }
    beforeLast = last;
    last = row;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? 0;
}
