// What each file of the source imports, read from its text: values, types, and what is loaded lazily.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const SRC = resolve(import.meta.dirname, '../../src');

export interface Import {
  /** Below src/. */
  file: string;
  /** The first folder of the file. */
  room: string;
  /** A path below src/, or a package. */
  target: string;
  typeOnly: boolean;
  /** A dynamic import. */
  lazy: boolean;
}

export function sourceFiles(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
}

export function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const room = file.includes('/') ? file.slice(0, file.indexOf('/')) : file;
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean, lazy: boolean): void => {
    const target = specifier.startsWith('.') ? relative(SRC, resolve(SRC, dirname(file), specifier)) : specifier;
    found.push({ file, room, target, typeOnly, lazy });
  };
  for (const [, keyword, specifier] of text.matchAll(/^(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'/gm))
    add(specifier ?? '', keyword !== undefined, false);
  for (const [, specifier] of text.matchAll(/(?<!typeof )\bimport\('([^']+)'\)/g)) add(specifier ?? '', false, true);
  return found;
}

/** The values that a room takes of a package, each once. */
export function importedNames(room: string, from: string): string[] {
  const names = sourceFiles()
    .filter((file) => file.startsWith(`${room}/`))
    .flatMap((file) => [...readFileSync(join(SRC, file), 'utf8').matchAll(/^import \{([^}]*)\} from '([^']+)'/gm)])
    .filter(([, , specifier]) => specifier === from)
    .flatMap(([, list = '']) => list.split(',').map((name) => name.trim()))
    .filter((name) => name !== '' && !name.startsWith('type '));
  return [...new Set(names)].sort();
}
