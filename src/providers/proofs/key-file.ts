// Trusted keys from a JWKS file. Read anew for every proof, so that a rotation needs no restart.
import { readFile } from 'node:fs/promises';
import { type KeySource, parseKeySet, unreadable } from './key-set.ts';

export function keyFile(path: string): KeySource {
  return {
    async current() {
      try {
        // What was read a moment ago is all there is.
        return { keys: parseKeySet(await readFile(path, 'utf8')), newer: async () => undefined };
      } catch (cause) {
        throw unreadable(path, cause);
      }
    },
  };
}
