// What `naas doctor` finds of the trust in senders: the keys whose proofs count, and whether unsigned claims count as well.
// Reads only.
import { readCatalog, trustedKeysAt } from '../config.ts';
import { keySource } from '../providers/proofs/key-source.ts';
import { type Check, look } from './doctor-check.ts';

export async function keysCheck(place: string | undefined): Promise<Check> {
  const name = 'trusted keys';
  if (place === undefined) {
    return {
      name,
      state: 'warning',
      found: 'no file or address named',
      mend: 'Set NAAS_TRUSTED_KEYS to the JWKS file or address that the worker trusts.',
    };
  }
  return look(name, `Put a JWKS ({"keys": [...]}) with public keys, and only those, at ${place}.`, async () => {
    const { keys } = (await keySource(trustedKeysAt(place)).current()).keys;
    if (keys.length > 0) return { state: 'ok', found: `${keys.length} in ${place}` };
    return {
      state: 'missing',
      found: `${place} holds no key`,
      mend: 'Add the public key of whoever signs; without one every signed message is refused.',
    };
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
