// Puts fresh figures into a page between its two marks; the words around them stay. Pure.

const BEGIN = '<!-- figures: npm run bench -- --update-docs -->';
const END = '<!-- end of figures -->';

export function withFigures(page: string, figures: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error(`the page has no place for figures: between "${BEGIN}" and "${END}"`);
  return `${page.slice(0, from + BEGIN.length)}\n${figures}\n${page.slice(to)}`;
}
