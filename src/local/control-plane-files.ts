// The files that the control plane's programs read: tokens, keys, audit policy, kubeconfigs. It starts nothing.
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { SYSTEM_NAMESPACE } from '../spec/names.ts';
import { clientAuthority } from './person-certificate.ts';

export interface ControlPlaneFiles {
  certDir: string;
  /** The API server makes them itself; the certificate file holds its authority too. */
  certFile: string;
  keyFile: string;
  tokens: string;
  serviceAccountKey: string;
  serviceAccountPublicKey: string;
  /** Signs the certificates by which people sign in here. */
  clientCa: string;
  clientCaKey: string;
  auditPolicy: string;
  auditLog: string;
  adminKubeconfig: string;
  controllerKubeconfig: string;
  writeKubeconfigs(server: string): Promise<void>;
}

/** Who did what to which object, with which answer. What the control plane itself reads all day is noise. */
const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }] },
    {
      level: 'None',
      users: ['system:apiserver', 'system:kube-controller-manager'],
      verbs: ['get', 'list', 'watch'],
    },
    { level: 'None', userGroups: ['system:serviceaccounts:kube-system'], verbs: ['get', 'list', 'watch'] },
    { level: 'None', nonResourceURLs: ['/readyz*', '/healthz*', '/livez*', '/openapi*', '/api', '/apis', '/version'] },
    // Who holds which hostname: the proof that nobody else ever did is in what each write said.
    {
      level: 'RequestResponse',
      verbs: ['create', 'update', 'patch', 'delete'],
      namespaces: [SYSTEM_NAMESPACE],
      resources: [{ group: '', resources: ['configmaps'] }],
    },
    { level: 'Metadata' },
  ],
};

export async function writeControlPlaneFiles(
  stateDir: string,
  tokens: { adminToken: string; controllerToken: string },
): Promise<ControlPlaneFiles> {
  const certDir = join(stateDir, 'certificates');
  await mkdir(certDir, { recursive: true });
  const files = {
    certDir,
    certFile: join(certDir, 'apiserver.crt'),
    keyFile: join(certDir, 'apiserver.key'),
    tokens: join(stateDir, 'tokens.csv'),
    serviceAccountKey: join(stateDir, 'service-account.key'),
    serviceAccountPublicKey: join(stateDir, 'service-account.pub'),
    clientCa: join(stateDir, 'client-ca.crt'),
    clientCaKey: join(stateDir, 'client-ca.key'),
    auditPolicy: join(stateDir, 'audit-policy.yaml'),
    auditLog: join(stateDir, 'audit.log'),
    adminKubeconfig: join(stateDir, 'admin.kubeconfig'),
    controllerKubeconfig: join(stateDir, 'controller-manager.kubeconfig'),
  };
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const clientCa = clientAuthority(Date.now());
  const secret = { mode: 0o600 };
  await Promise.all([
    writeFile(
      files.tokens,
      `${tokens.adminToken},naas-admin,naas-admin,"system:masters"\n${tokens.controllerToken},system:kube-controller-manager,controller-manager\n`,
      secret,
    ),
    writeFile(files.serviceAccountKey, pair.privateKey, secret),
    writeFile(files.serviceAccountPublicKey, pair.publicKey, secret),
    writeFile(files.clientCa, clientCa.certificate, secret),
    writeFile(files.clientCaKey, clientCa.key, secret),
    writeFile(files.auditPolicy, stringify(AUDIT_POLICY)),
  ]);
  return {
    ...files,
    writeKubeconfigs: async (server) => {
      const write = (file: string, token: string): Promise<void> =>
        writeFile(file, stringify(kubeconfig({ server, caFile: files.certFile, token })), secret);
      await Promise.all([
        write(files.adminKubeconfig, tokens.adminToken),
        write(files.controllerKubeconfig, tokens.controllerToken),
      ]);
    },
  };
}

function kubeconfig(access: { server: string; caFile: string; token: string }): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'naas-local',
    contexts: [{ name: 'naas-local', context: { cluster: 'naas-local', user: 'naas-local' } }],
    clusters: [{ name: 'naas-local', cluster: { server: access.server, 'certificate-authority': access.caFile } }],
    users: [{ name: 'naas-local', user: { token: access.token } }],
  };
}
