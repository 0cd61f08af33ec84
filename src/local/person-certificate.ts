// A client certificate for a person, by the authority of the embedded control plane: what `naas kubeconfig` hands out there.
// It grants nothing; what a person may do, RoleBindings say.
import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { NaasError } from '../spec/errors.ts';
import { settleSubject } from '../spec/subjects.ts';
import { type Certificate, createAuthority, createClientCertificate, type Subject } from './certificates.ts';

const AUTHORITY = 'naas local client authority';

/** Long enough for a piece of work; whoever wants more asks again. */
const CERTIFICATE_HOURS = 1;

/** The authority lives as long as the platform; nobody keeps one for a year. */
const AUTHORITY_DAYS = 365;
const HOUR_MS = 3_600_000;

export function clientAuthority(nowMs: number): Certificate {
  return createAuthority(AUTHORITY, {
    notBefore: new Date(nowMs),
    notAfter: new Date(nowMs + AUTHORITY_DAYS * 24 * HOUR_MS),
  });
}

export interface PersonCertificate extends Certificate {
  /** ISO 8601. */
  notAfter: string;
}

export async function personCertificate(
  options: Subject & { authorityKeyFile: string; nowMs: number },
): Promise<PersonCertificate> {
  const { user, groups, authorityKeyFile, nowMs } = options;
  for (const name of [user, ...groups]) refuseSystemNames(name);
  const notAfter = new Date(nowMs + CERTIFICATE_HOURS * HOUR_MS);
  const signingKey = createPrivateKey(await readFile(authorityKeyFile));
  const issued = createClientCertificate(
    { name: AUTHORITY, signingKey },
    { user, groups },
    { notBefore: new Date(nowMs), notAfter },
  );
  return { ...issued, notAfter: notAfter.toISOString() };
}

/** Kubernetes' own names carry rights that no RoleBinding gave. */
function refuseSystemNames(name: string): void {
  const settled = settleSubject(name);
  if ('subject' in settled && !settled.subject.startsWith('system:')) return;
  throw new NaasError({
    code: 'NotAllowed',
    message:
      'why' in settled
        ? settled.why
        : `${name} is a name of Kubernetes' own; a certificate is for people and their groups`,
  });
}
