// Makes the message of a decision with any of the flaws that approval-world.ts names: rightly signed, or wrong in one way.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { DecisionMessage } from '../../src/workflows/messages.ts';
import { type Delivery, type Flaw, groupOf, subjectOf } from './approval-world.ts';

export interface Forge {
  message(delivery: Delivery, about: About, nonce: string): Promise<DecisionMessage>;
}

/** What stands there to be decided on. */
export interface About {
  namespace: string;
  incarnation: string;
  planDigest: string;
  changeDigest: string;
}

const LIFETIME_SECONDS = 600;
const WRONG = '0'.repeat(64);

export async function openForge(issuerKeyFile: string, strangeKeyFile: string): Promise<Forge> {
  const [jwk, strange] = (await Promise.all(
    [issuerKeyFile, strangeKeyFile].map(async (file) => JSON.parse(await readFile(file, 'utf8'))),
  )) as [JWK, JWK];
  const [key, otherKey] = await Promise.all([importJWK(jwk, 'EdDSA'), importJWK(strange, 'EdDSA')]);
  // What everybody may know of the issuer, in the place of a secret that both sides share.
  const publicKey = new TextEncoder().encode(JSON.stringify({ kty: jwk.kty, crv: jwk.crv, x: jwk.x }));

  async function signed(claims: JWTPayload, flaw: Flaw): Promise<string> {
    const at = Math.floor(Date.now() / 1000) - (flaw === 'expired' ? LIFETIME_SECONDS + 60 : 0);
    const jwt = new SignJWT(claims).setIssuedAt(at).setExpirationTime(at + LIFETIME_SECONDS);
    if (flaw === 'signed with the public key') return jwt.setProtectedHeader({ alg: 'HS256' }).sign(publicKey);
    const header = { alg: 'EdDSA', kid: 'naas-local' };
    return jwt.setProtectedHeader(header).sign(flaw === 'forged' ? otherKey : key);
  }

  return {
    async message({ by, decision, flaw }, about, nonce) {
      const { planDigest, changeDigest } = about;
      const said = {
        planDigest: flaw === 'on an older plan' ? WRONG : planDigest,
        changeDigest: flaw === 'on an older change' ? WRONG : changeDigest,
        decision,
      };
      const subject = subjectOf(by.person, by.spelling);
      const groups = by.groups.map((group) => groupOf(group, by.spelling));
      const right = { namespace: about.namespace, incarnation: about.incarnation, ...said, subject, groups, nonce };
      const token = await signed(claimsWith(right, flaw), flaw);
      return { ...said, proof: damaged(token, flaw) };
    },
  };
}

type Claims = Record<string, unknown> & { subject: string; decision: string };

function claimsWith(claims: Claims, flaw: Flaw): Record<string, unknown> {
  const { subject: _subject, ...nobody } = claims;
  const { nonce: _nonce, ...timeless } = claims;
  switch (flaw) {
    case 'of another namespace':
      return { ...claims, namespace: 'elsewhere' };
    case 'of another incarnation':
      return { ...claims, incarnation: 'abcdef012345' };
    case 'of another plan than the message':
      return { ...claims, planDigest: WRONG };
    case 'of another change than the message':
      return { ...claims, changeDigest: WRONG };
    case 'of the other decision':
      return { ...claims, decision: claims.decision === 'approve' ? 'reject' : 'approve' };
    case 'of another message':
      return { ...nobody, subject: claims.subject, message: 'teardown', bodySha256: WRONG, incarnation: undefined };
    case 'without a subject':
      return nobody;
    case 'without a nonce':
      return timeless;
    case 'of half a subject':
      return { ...claims, subject: ['ada@example.com'] };
    case 'of a subject that imitates':
      // One letter of another script that looks the same.
      return { ...claims, subject: claims.subject.replace(/[aeoａ]/i, 'а').replace(/^/, 'x') };
    default:
      return claims;
  }
}

function damaged(token: string, flaw: Flaw): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  switch (flaw) {
    case 'unsigned':
      return `${Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')}.${payload}.`;
    case 'tampered': {
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      const other = Buffer.from(JSON.stringify({ ...claims, nonce: randomUUID() })).toString('base64url');
      return `${header}.${other}.${signature}`;
    }
    case 'cut off':
      return token.slice(0, -5);
    case 'empty':
      return '';
    default:
      return token;
  }
}
