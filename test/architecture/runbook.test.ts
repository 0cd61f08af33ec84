// Holds the operations page to the code: each anchor that a status names is there, each phase and each error that an operator
// meets has its line, and no link of any page leads into the void.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/spec/errors.ts';
import { PHASES } from '../../src/spec/lifecycle.ts';
import { SECTIONS } from '../../src/spec/runbook.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGES = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT })];
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const OPERATIONS = read('docs/operations.md');

/** As the sites that show Markdown make them: lower case, blanks to hyphens, signs dropped. */
function anchorsOf(page: string): string[] {
  const text = page.replace(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
    title
      .replace(/`|\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function sectionOf(title: string): string {
  const from = OPERATIONS.indexOf(`\n## ${title}\n`);
  expect(from, `docs/operations.md has a section "${title}"`).toBeGreaterThan(0);
  const rest = OPERATIONS.slice(from + 1);
  const end = rest.indexOf('\n## ', 1);
  return end < 0 ? rest : rest.slice(0, end);
}

/** Only the sender of a message meets these; docs/errors.md tells all. */
const FOR_SENDERS = [
  'InvalidRequest',
  'RefusedByGuardrail',
  'Unproven',
  'NotAllowed',
  'Conflict',
  'RequestIdReused',
  'StaleDigest',
  'NotAwaitingApproval',
  'AlreadyDecided',
  'NothingInProgress',
  'StillInProgress',
  'NotBlocked',
  'RemovalBegun',
  'Ended',
  'NotFound',
  'Rejected',
  'Lapsed',
  'Cancelled',
];

describe('the operations page', () => {
  it('has a section for each anchor that the code names', () => {
    expect(SECTIONS.filter((section) => !anchorsOf(OPERATIONS).includes(section))).toEqual([]);
  });

  it('is named in the code by its anchors from the list alone', () => {
    const sources = globSync('src/**/*.ts', { cwd: ROOT }).filter((path) => path !== 'src/spec/runbook.ts');
    const literal = sources.filter((path) => /operations\.md/.test(read(path).replace(/^\s*(\/\/|\*).*$/gm, '')));
    expect(literal).toEqual([]);
  });

  it('tells of each phase', () => {
    const told = sectionOf('The phases');
    expect(PHASES.filter((phase) => !told.includes(`\`${phase}\``))).toEqual([]);
  });

  it('tells of each error, unless only the sender of a message meets it', () => {
    const told = sectionOf('Errors');
    const missing = Object.keys(ERRORS).filter(
      (code) => !told.includes(`| \`${code}\` |`) && !FOR_SENDERS.includes(code),
    );
    expect(missing).toEqual([]);
    expect(FOR_SENDERS.filter((code) => !(code in ERRORS))).toEqual([]);
  });
});

describe('links into a page', () => {
  it('lead to a heading', () => {
    const links = PAGES.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)].map(([, target = '', anchor = '']) => ({
        page,
        target: target === '' ? page : relative(ROOT, resolve(ROOT, dirname(page), target)),
        anchor,
      })),
    );
    expect(links.length).toBeGreaterThan(10);
    const lost = links.filter(({ target, anchor }) => !anchorsOf(read(target)).includes(anchor));
    expect(lost.map(({ page, target, anchor }) => `${page} → ${target}#${anchor}`)).toEqual([]);
  });
});
