// The fenced blocks of a page, so that what it tells people to run is what a test runs. It runs nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/paths.mjs';

export interface Block {
  /** The heading above it. */
  section: string;
  language: string;
  text: string;
}

export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let section = '';
  let open: Block | undefined;
  for (const line of readFileSync(join(ROOT, page), 'utf8').split('\n')) {
    const fence = /^```(\w*)$/.exec(line);
    if (open !== undefined && fence !== null) {
      blocks.push(open);
      open = undefined;
    } else if (open !== undefined) open.text += `${line}\n`;
    else if (fence !== null) open = { section, language: fence[1] ?? '', text: '' };
    else section = /^#+ (.*)$/.exec(line)?.[1] ?? section;
  }
  if (open !== undefined) throw new Error(`${page}: a block under "${open.section}" has no end`);
  return blocks;
}
