// The key of the installation's domain proofs, from its file. It is read at its use, and never part of a message or a log.
import { readFile } from 'node:fs/promises';
import { NaasError } from '../spec/errors.ts';

/** `file` undefined: this installation takes no domains. */
export function domainKeyFile(file: string | undefined): () => Promise<Uint8Array> {
  return async () => {
    if (file === undefined)
      throw new NaasError({
        code: 'Forbidden',
        message: 'this installation takes no domains: NAAS_DOMAIN_KEY_FILE is not set',
        hint: 'Operators: write 32 random bytes to a file that only the worker reads, and name it there.',
      });
    try {
      return await readFile(file);
    } catch (cause) {
      const why = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
      throw new NaasError(
        { code: 'Unavailable', message: `reading the key of domain proofs failed (${why}): see NAAS_DOMAIN_KEY_FILE` },
        { cause },
      );
    }
  };
}
