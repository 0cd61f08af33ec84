// The local issuer: a key pair on this machine that signs as whoever is asked for (`--as`). For the embedded platform and
// tests only; an installation trusts the keys of its API instead.
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { readKeyFile } from './private-key-file.ts';

const KEY_ID = 'naas-local';
const ALGORITHM = 'EdDSA';

/** Long enough for a slow laptop, short enough that a leaked proof is soon worthless. */
const LIFETIME_SECONDS = 600;

export interface LocalIssuer {
  /** Public keys, for the worker's NAAS_TRUSTED_KEYS. */
  jwksFile: string;
  /** Private key, readable by its owner only. */
  keyFile: string;
}

export async function createLocalIssuer(dir: string): Promise<LocalIssuer> {
  await mkdir(dir, { recursive: true });
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwksFile = join(dir, 'trusted-keys.json');
  const keyFile = join(dir, 'issuer-key.json');
  const named = { kid: KEY_ID, alg: ALGORITHM };
  await writeFile(jwksFile, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), ...named }] }, null, 2));
  await writeFile(keyFile, JSON.stringify({ ...(await exportJWK(privateKey)), ...named }, null, 2), { mode: 0o600 });
  return { jwksFile, keyFile };
}

export interface LocalSigner {
  keyFile: string;
  subject: string;
  groups: string[];
  /** The clock that the proof's expiry counts from; a test that skips time has another one than the machine. */
  nowMs?: () => number;
}

/** Signs claims as `subject` with the key of a local issuer; the shape that the client's `prove` option wants. */
export function localProver(who: LocalSigner): (claims: Record<string, unknown>) => Promise<string> {
  const nowMs = who.nowMs ?? Date.now;
  return async (claims) => {
    const jwk = (await readKeyFile(who.keyFile)) as JWK;
    const issuedAtSeconds = Math.floor(nowMs() / 1000);
    return new SignJWT({ ...claims, subject: who.subject, groups: who.groups, nonce: randomUUID() })
      .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID })
      .setIssuedAt(issuedAtSeconds)
      .setExpirationTime(issuedAtSeconds + LIFETIME_SECONDS)
      .sign(await importJWK(jwk, ALGORITHM));
  };
}
