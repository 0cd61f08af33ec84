// The shared key from a file as `tsig-keygen` writes it and named, nsupdate and others read it. What the file says is never
// repeated in a message.
import { createSecretKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { NaasError } from '../../spec/errors.ts';
import { dnsFailure } from '../dns/failure.ts';
import { TSIG_ALGORITHMS, type TsigKey } from './tsig.ts';

const KEY = /^\s*key\s+"?(?<name>[^\s"{]+)"?\s*\{(?<body>[^}]*)\}\s*;?\s*$/;
/** To the end of its line; what is in quotes is none, nor is what goes on a word: base64 may hold two slashes in a row. */
const COMMENT = /"[^"]*"|(?<=^|[\s;{}])(?:#|\/\/).*$/gm;
const ALGORITHM = /\balgorithm\s+"?(?<algorithm>[\w-]+)"?\s*;/i;
const SECRET = /\bsecret\s+"?(?<secret>[A-Za-z0-9+/]+=*)"?\s*;/i;

/** Read anew at each call, so that a key that is exchanged is used at once. */
export async function readKeyFile(file: string): Promise<TsigKey> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw unusable(
      `reading the TSIG key file ${file} failed (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`,
    );
  }
  const key = parseKey(text);
  if (typeof key === 'string') throw unusable(`the TSIG key file ${file} ${key}`);
  return key;
}

/** The key, or why there is none in it. */
export function parseKey(text: string): TsigKey | string {
  const { name, body = '' } = KEY.exec(withoutComments(text))?.groups ?? {};
  if (name === undefined) return 'holds no single `key "NAME" { … };`';
  const named = ALGORITHM.exec(body)?.groups?.['algorithm']?.toLowerCase();
  const algorithm = TSIG_ALGORITHMS.find((each) => each === named);
  if (algorithm === undefined) return `has to name one of the algorithms ${TSIG_ALGORITHMS.join(', ')}`;
  const secret = SECRET.exec(body)?.groups?.['secret'];
  if (secret === undefined) return 'has no `secret "…";` in base64';
  return { name, algorithm, secret: createSecretKey(Buffer.from(secret, 'base64')) };
}

function withoutComments(text: string): string {
  return text.replaceAll(COMMENT, (found) => (found.startsWith('"') ? found : ''));
}

function unusable(why: string): NaasError {
  const todo = 'Write one with `tsig-keygen -a hmac-sha256 naas`, and name it in the configuration of the zone.';
  return dnsFailure('Unavailable', why, todo);
}
