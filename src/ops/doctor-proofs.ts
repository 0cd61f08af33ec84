// What `naas doctor` finds of the trust in senders: the keys whose proofs count, and whether unsigned claims count as well.
// Reads only.
import { readFile } from 'node:fs/promises';
import { readCatalog } from '../config.ts';
import { type Check, look } from './doctor-check.ts';

export async function keysCheck(file: string | undefined): Promise<Check> {
  const name = 'trusted keys';
  if (file === undefined) {
    return {
      name,
      state: 'warning',
      found: 'no file named',
      mend: 'Set NAAS_TRUSTED_KEYS to the JWKS file that the worker trusts.',
    };
  }
  return look(name, `Put a JWKS file ({"keys": [...]}) with public keys at ${file}.`, async () => {
    const { keys } = JSON.parse(await readFile(file, 'utf8')) as { keys?: { d?: unknown; k?: unknown }[] };
    if (!Array.isArray(keys) || keys.length === 0) {
      return {
        state: 'missing',
        found: `${file} holds no key`,
        mend: 'Add the public key of whoever signs; without one every message is refused.',
      };
    }
    if (keys.some((key) => key.d !== undefined || key.k !== undefined)) {
      return {
        state: 'warning',
        found: `${file} holds a private key`,
        mend: 'Keep only public keys there: a verifier must not be able to sign.',
      };
    }
    return { state: 'ok', found: `${keys.length} in ${file}` };
  });
}

/** A catalog that cannot be read is told of by its own check. */
export async function trustCheck(dir: string | undefined): Promise<Check> {
  const name = 'trust in senders';
  const trust = dir === undefined ? undefined : trustOf(dir);
  if (trust === undefined) {
    return { name, state: 'warning', found: 'not known without a catalog', mend: 'Mend the catalog first.' };
  }
  if (trust === 'signed') return { name, state: 'ok', found: 'signed proofs only' };
  return {
    name,
    state: 'warning',
    found: 'approvals.yaml says `trust: temporal`: whoever can reach Temporal can send and approve as anybody',
    mend: 'Set `trust: signed` there, unless access to Temporal is given as strictly as the right to approve.',
  };
}

function trustOf(dir: string): string | undefined {
  try {
    return readCatalog(dir).approvals.trust;
  } catch {
    return undefined;
  }
}
