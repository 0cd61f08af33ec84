// Holds the docs to the code: generated tables, the configuration's names, the README's length, and every link.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { realDependencies } from '../../src/cli/dependencies.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { processTerminal } from '../../src/cli/terminal.ts';
import { errorsTable } from '../support/errors-table.ts';
import { messagesTable } from '../support/messages-table.ts';
import { requestTable } from '../support/request-table.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const PAGES = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];

describe('the docs', () => {
  it('list every error as the code has it', () => {
    expect(read('docs/errors.md')).toContain(errorsTable());
  });

  it('list every field of a request as the schema has it', () => {
    expect(read('docs/request.md')).toContain(requestTable());
  });

  it('list every message as its schema has it', () => {
    expect(read('docs/callers.md')).toContain(messagesTable());
  });

  it('name every command that there is', () => {
    const page = read('docs/commands.md');
    const missing = commandPaths(buildProgram(processTerminal(), realDependencies).command)
      .map((path) => `naas ${path}`)
      .filter((command) => !new RegExp(`\`${command}[ \`]`).test(page));
    expect(missing).toEqual([]);
  });

  it('name every variable that the worker reads, and no other of its kind', () => {
    const inCode = new Set(read('src/config.ts').match(/\bNAAS_[A-Z_]+/g));
    const section = /## Configuration\n([\s\S]*?)\n## /.exec(read('README.md'))?.[1] ?? '';
    const worker = section.slice(0, section.indexOf('| the CLI'));
    expect(new Set(worker.match(/\bNAAS_[A-Z_]+/g))).toEqual(inCode);
  });

  it('show in the README the request of examples/ as it stands there', () => {
    const shown = /```yaml\n(apiVersion: naas[\s\S]*?)```/.exec(read('README.md'))?.[1] ?? '';
    const example = read('examples/shop-cart-staging.yaml');
    expect(fieldsOf(shown)).toEqual(fieldsOf(example));
  });

  it('keep the README to 150 lines and its picture below 300 KB', () => {
    expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
    expect(statSync(join(ROOT, 'docs/images/temporal-ui.png')).size).toBeLessThan(300_000);
  });

  it('link only to what is there', () => {
    expect(PAGES.flatMap(brokenLinks)).toEqual([]);
  });

  it('name only files of the repository that exist', () => {
    expect(PAGES.flatMap(missingFiles)).toEqual([]);
  });

  it('can be reached from the index', () => {
    const index = read('docs/README.md');
    const unlisted = PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md').filter(
      (page) => !index.includes(`(${relative('docs', page)})`),
    );
    expect(unlisted).toEqual([]);
  });
});

/** A group of commands is named by each of them. */
function commandPaths(command: Command, above = ''): string[] {
  return command.commands.flatMap((child) =>
    child.commands.length > 0 ? commandPaths(child, `${above}${child.name()} `) : [`${above}${child.name()}`],
  );
}

/** Comments differ on purpose: the README annotates in its own words. */
function fieldsOf(yaml: string): string[] {
  return yaml
    .split('\n')
    .map((line) => line.replace(/(^|\s)#\s.*$/, '').trimEnd())
    .filter((line) => line !== '');
}

function brokenLinks(page: string): string[] {
  return [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !existsSync(resolve(ROOT, dirname(page), target)))
    .map((target) => `${page} → ${target}`);
}

/** `src/…` in code font; a `*` or `<…>` in it stands for many. */
function missingFiles(page: string): string[] {
  return [...read(page).matchAll(/`((?:src|test|catalog|examples|tools|docs|bench)\/[^`\s*<…]+)`/g)]
    .map(([, path]) => path ?? '')
    .filter((path) => !existsSync(join(ROOT, path)))
    .map((path) => `${page}: ${path}`);
}
