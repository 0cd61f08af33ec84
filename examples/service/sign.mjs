// Signs what the client sends: a compact JWS by an Ed25519 key, with nothing but Node. A company's own sign-in service does this
// for its people; here the program speaks for the one that it is told.
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Long enough for a slow network, short enough that a leaked proof is soon worthless. */
const LIFETIME_SECONDS = 600;

/** @returns {import('naas/client').Prove} */
export function signAs({ keyFile, subject, groups }) {
  const jwk = JSON.parse(readFileSync(keyFile, 'utf8'));
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return async (claims) => {
    const iat = Math.floor(Date.now() / 1000);
    const header = encoded({ alg: 'EdDSA', kid: jwk.kid });
    const payload = encoded({ ...claims, subject, groups, nonce: randomUUID(), iat, exp: iat + LIFETIME_SECONDS });
    const signature = sign(null, Buffer.from(`${header}.${payload}`), key).toString('base64url');
    return `${header}.${payload}.${signature}`;
  };
}

function encoded(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
