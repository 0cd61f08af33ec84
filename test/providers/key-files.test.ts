// Files of keys that are broken: whoever reads one says where and what, and quotes nothing of it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { machineChecks } from '../../src/ops/doctor-machine.ts';
import { keyFile } from '../../src/providers/proofs/key-file.ts';
import { localProver } from '../../src/providers/proofs/local-issuer.ts';
import { trustedKeys } from '../../src/providers/proofs/trusted-keys.ts';
import { recordProof } from '../support/proof-table.ts';

const SECRET = 'c4n4ry9Zq7Lw3Tx8Vb5Nm2Kd6Rf1Hj0Gs';
const BROKEN: Readonly<Record<string, string>> = {
  'a bare key': SECRET,
  'half a document': `{"keys":[{"d":"${SECRET}"`,
  'a document and more': `{"keys":[]}${SECRET}`,
  'a key with a comment': `// ${SECRET}\n{"keys":[]}`,
  'a key alone': JSON.stringify({ kty: 'OKP', crv: 'Ed25519', d: SECRET }),
  'a key of another kind': JSON.stringify({ kty: SECRET }),
  'a set with a private key': JSON.stringify({
    keys: [
      { kty: 'oct', k: SECRET },
      { kty: 'OKP', crv: SECRET, d: SECRET },
    ],
  }),
  'a set of texts': JSON.stringify({ keys: [SECRET] }),
};

let folder: string;
let cases = 0;
let leaks = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'naas-keys-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  recordProof('keys in errors about their files', cases, leaks);
});

const saying = async (act: () => Promise<unknown>): Promise<string> => {
  try {
    return JSON.stringify(await act());
  } catch (error) {
    const { name, message, stack, cause } = error as Error;
    return [name, message, stack, String(cause), JSON.stringify(error)].join('\n');
  }
};

it.each(Object.entries(BROKEN))('%s is quoted by nobody', async (what, text) => {
  const file = join(folder, `${what.replaceAll(' ', '-')}.json`);
  await writeFile(file, text);
  // The signature is looked at only where the header names a key.
  const token = `${Buffer.from(JSON.stringify({ alg: 'EdDSA' })).toString('base64url')}.e30.c2ln`;
  const said = await Promise.all([
    saying(() =>
      trustedKeys(keyFile(file)).verify(token, { message: 'x', namespace: 'n', bodySha256: 's' }, Date.now()),
    ),
    saying(() => localProver({ keyFile: file, subject: 'ada@example.com', groups: [] })({})),
    saying(() => machineChecks({ trustedKeysFile: file, env: {} })),
  ]);
  cases += said.length;
  const parts = Array.from({ length: SECRET.length - 8 }, (_, at) => SECRET.slice(at, at + 9));
  const found = said.filter((each) => parts.some((part) => each.includes(part)));
  leaks += found.length;
  expect(found).toEqual([]);
});
