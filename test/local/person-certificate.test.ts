// Client certificates of the embedded platform: what they say, whom the API server takes them for, and whom it does not.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientAuthority, type PersonCertificate, personCertificate } from '../../src/local/person-certificate.ts';
import { sharedPlatform } from '../support/platform.ts';

const DORA = { user: 'dora@example.com', groups: ['shop-developers', 'Größe 1'] };
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'naas-certificate-'));
});

afterAll(() => rm(dir, { recursive: true, force: true }));

/** Whom the API server takes the bearer for. */
function whoAmI({ certificate, key }: PersonCertificate): Promise<{ status: number; body: string }> {
  const { server, caFile } = sharedPlatform().controlPlane;
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  return new Promise((resolve, reject) => {
    const call = request(
      new URL('/apis/authentication.k8s.io/v1/selfsubjectreviews', server),
      {
        method: 'POST',
        ca: readFileSync(caFile),
        cert: certificate,
        key,
        agent: false,
        headers: { 'content-type': 'application/json' },
      },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (chunk) => {
          body += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      },
    );
    call.on('error', reject);
    call.end(JSON.stringify(review));
  });
}

describe('a certificate of the local platform', () => {
  it('is taken by the API server for the person and their groups, and ends within the hour', async () => {
    const { clientCaKeyFile } = sharedPlatform().controlPlane;
    const nowMs = Date.now();
    const issued = await personCertificate({ ...DORA, authorityKeyFile: clientCaKeyFile, nowMs });
    const { status, body } = await whoAmI(issued);
    expect(status, body).toBe(201);
    expect(JSON.parse(body).status.userInfo).toMatchObject({
      username: DORA.user,
      groups: expect.arrayContaining([...DORA.groups, 'system:authenticated']),
    });
    const { validFromDate, validToDate, ca } = new X509Certificate(issued.certificate);
    expect(ca).toBe(false);
    expect(validToDate.getTime() - validFromDate.getTime()).toBe(3_600_000);
    expect(Date.parse(issued.notAfter)).toBe(nowMs + 3_600_000);
  });

  it('counts for nothing when another authority signed it, or once it is over', async () => {
    const strangerKey = join(dir, 'stranger.key');
    await writeFile(strangerKey, clientAuthority(Date.now()).key, { mode: 0o600 });
    const forged = await personCertificate({ ...DORA, authorityKeyFile: strangerKey, nowMs: Date.now() });
    expect((await whoAmI(forged)).status).toBe(401);
    const { clientCaKeyFile } = sharedPlatform().controlPlane;
    const yesterday = Date.now() - 86_400_000;
    const old = await personCertificate({ ...DORA, authorityKeyFile: clientCaKeyFile, nowMs: yesterday });
    expect((await whoAmI(old)).status).toBe(401);
  });

  it.each([
    { user: 'system:admin', groups: [] },
    { user: 'dora@example.com', groups: ['system:masters'] },
    { user: 'dora@example.com', groups: ['SYSTEM:masters'] },
    { user: '', groups: [] },
  ])('is not made for %j', async (who) => {
    const authorityKeyFile = sharedPlatform().controlPlane.clientCaKeyFile;
    await expect(personCertificate({ ...who, authorityKeyFile, nowMs: Date.now() })).rejects.toThrow(
      /of Kubernetes' own|nothing readable/,
    );
  });
});
