// The catalog and the examples as they ship, for tests. Reads files; nothing else does in the pure middle.
import { globSync, readFileSync } from 'node:fs';
import { type Catalog, type CatalogFile, parseCatalog } from '../../src/spec/catalog.ts';

const ROOT = new URL('../../', import.meta.url);

export function shippedFiles(): CatalogFile[] {
  return globSync('catalog/**/*.yaml', { cwd: ROOT })
    .sort()
    .map((path) => ({ path, text: readFileSync(new URL(path, ROOT), 'utf8') }));
}

export function shippedCatalog(): Catalog {
  return parseCatalog(shippedFiles());
}

export function exampleText(name: string): string {
  return readFileSync(new URL(`examples/${name}.yaml`, ROOT), 'utf8');
}
