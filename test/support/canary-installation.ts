// An installation of its own, with a canary in every secret: a Temporal whose database can be searched, a cluster behind a front
// that takes a token of ours, keys, workers and the command line. It gathers what each of them says; it judges nothing.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { stringify } from 'yaml';
import type { NaasClient } from '../../src/client/api.ts';
import { createNaasClient } from '../../src/client/index.ts';
import { temporalCli } from '../../src/local/binaries.ts';
import { createLeash } from '../../src/local/leash.ts';
import { startTemporalServer } from '../../src/local/temporal-server.ts';
import { workerKubeconfig } from '../../src/ops/install.ts';
import { createLocalIssuer, localProver } from '../../src/providers/proofs/local-issuer.ts';
import { ROOT } from '../../tools/paths.mjs';
import { filesBelow, type Place } from './byte-search.ts';
import { type EchoingApi, startEchoingApi } from './echoing-api.ts';
import { newTaskQueue, sharedPlatform, startTestWorker, type TestWorker } from './platform.ts';
import { hurriedCatalog } from './scenario-catalog.ts';
import { PEOPLE, type Person } from './scenario-people.ts';

export interface CanaryInstallation {
  /** By what each is. */
  secrets: Readonly<Record<string, string>>;
  /** Everything that was said so far. */
  places: Place[];
  api: EchoingApi;
  temporalAddress: string;
  /** Files that are not as they should be, with secrets in them, and one that is. */
  files: {
    kubeconfig: string;
    brokenKubeconfig: string;
    untrustingKubeconfig: string;
    issuerKey: string;
    /** Trusted keys with a private one among them. */
    mixedKeys: string;
    brokenKey: string;
  };
  apiKey: string;
  take(name: string, text: string): void;
  clientOf(person: Person): NaasClient;
  worker(env?: Record<string, string>): Promise<TestWorker>;
  /** The real program, as a person runs it. */
  naas(words: string[], env?: Record<string, string>): Promise<void>;
  write(name: string, text: string): Promise<string>;
  /** Ends Temporal, so that its database is whole, and takes it and all logs. */
  takeFiles(): Promise<void>;
  close(): Promise<void>;
}

export function canary(what: string): string {
  return `canary-${what}-${randomBytes(12).toString('hex')}`;
}

/** `tenant` is whose writes the API refuses while it is told to. */
export async function openCanaryInstallation(tenant: string): Promise<CanaryInstallation> {
  const platform = sharedPlatform();
  const leash = createLeash();
  const taskQueue = newTaskQueue();
  const places: Place[] = [];
  const clients: NaasClient[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'naas-secrets-'));
  leash.removeFolder(folder);
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const take = (name: string, text: string): void => void places.push({ name, bytes: Buffer.from(text) });

  const temporal = await startTemporalServer({ cli: temporalCli(), stateDir: join(folder, 'temporal'), leash });
  const [token, apiKey] = [canary('token'), canary('api-key')];
  const real = join(folder, 'account');
  await workerKubeconfig({ kubeconfig: platform.kubeconfig, file: real });
  const realToken = await readFile(`${real}.token`, 'utf8');
  const api = await startEchoingApi({ ...platform.controlPlane, token, realToken, tenant });
  const keys = await keyFiles(folder);
  const cert = await readFile(platform.controlPlane.certFile, 'utf8');
  const key = await readFile(platform.controlPlane.keyFile, 'utf8');
  const ca = await readFile(platform.controlPlane.caFile, 'utf8');
  const kubeconfigText = kubeconfigFor({ server: api.server, ca, token, cert, key });
  const files = {
    kubeconfig: await write('kubeconfig', kubeconfigText),
    brokenKubeconfig: await write('broken', kubeconfigText.replace('  - name: u\n', '  - name: u\n  wrong\n')),
    untrustingKubeconfig: await write(
      'untrusting',
      kubeconfigFor({ server: api.server, ca: rootCertificates[0] ?? '', token, cert, key }),
    ),
    issuerKey: keys.issuerKey,
    mixedKeys: keys.mixed,
    brokenKey: await write('broken-key.json', (await readFile(keys.issuerKey, 'utf8')).slice(0, -3)),
  };
  const env: Record<string, string> = {
    KUBECONFIG: files.kubeconfig,
    TEMPORAL_ADDRESS: temporal.address,
    NAAS_TRUSTED_KEYS: keys.trusted,
    NAAS_CATALOG: await hurriedCatalog(platform.catalogDir, join(folder, 'catalog')),
    NAAS_STICKY_TIMEOUT_MS: '1000',
  };
  const person: Record<string, string> = {
    ...env,
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    NAAS_TASK_QUEUE: taskQueue,
    NAAS_ISSUER_KEY: files.issuerKey,
  };

  return {
    secrets: {
      'cluster token': token,
      'signature of the real token': realToken.split('.')[2] ?? '',
      // The second line of the PEM: the first is the same in all keys of a kind.
      'client key': key.split('\n')[2] ?? '',
      'API key of Temporal': apiKey,
      ...keys.secrets,
    },
    places,
    api,
    temporalAddress: temporal.address,
    files,
    apiKey,
    take,
    clientOf({ subject, groups }) {
      const prove = localProver({ keyFile: files.issuerKey, subject, groups: [...groups] });
      const client = createNaasClient({ address: temporal.address, taskQueue, prove });
      clients.push(client);
      return client;
    },
    worker: (more = {}) => startTestWorker({ taskQueue, env: { ...env, ...more } }),
    naas(words, more = {}) {
      const who = ['--as', PEOPLE.owner.subject, '--group', PEOPLE.owner.groups[0]];
      const argv = [join(ROOT, 'bin', 'naas.mjs'), ...words, ...who];
      return new Promise((resolve) => {
        execFile(process.execPath, argv, { env: { ...person, ...more }, timeout: 60_000 }, (_error, stdout, stderr) => {
          take(`naas ${words.join(' ')}`, stdout + stderr);
          resolve();
        });
      });
    },
    write,
    async takeFiles() {
      await temporal.stop();
      const [database, logs] = await Promise.all([
        filesBelow(join(folder, 'temporal')),
        filesBelow(join(platform.stateDir, 'logs')),
      ]);
      places.push(...database.map((place) => ({ ...place, name: `Temporal: ${place.name}` })));
      const own = logs.filter(({ name }) => name.includes(taskQueue));
      places.push(...own.map((place) => ({ ...place, name: `log: ${place.name}` })));
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await api.stop();
      await temporal.stop();
      await leash.letGo();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The issuer's public key, and a private one that somebody left beside it. */
async function keyFiles(folder: string) {
  const [issuer, stray] = await Promise.all(['issuer', 'stray'].map((name) => createLocalIssuer(join(folder, name))));
  if (issuer === undefined || stray === undefined) throw new Error('no issuer was made');
  const json = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'));
  const { keys } = (await json(issuer.jwksFile)) as { keys: object[] };
  const [own, left] = [(await json(issuer.keyFile)) as { d: string }, (await json(stray.keyFile)) as { d: string }];
  const [trusted, mixed] = [join(folder, 'trusted-keys.json'), join(folder, 'mixed-keys.json')];
  await writeFile(trusted, JSON.stringify({ keys }));
  // Refused as a whole, and whoever says so must not say what it held.
  await writeFile(mixed, JSON.stringify({ keys: [...keys, { ...left, kid: 'stray' }] }));
  const secrets = { "issuer's private key": own.d, 'private key among the trusted': left.d };
  return { trusted, mixed, issuerKey: issuer.keyFile, secrets };
}

/** A token, and a real key with its certificate besides. */
function kubeconfigFor(parts: { server: string; ca: string; token: string; cert: string; key: string }): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const user = {
    token: parts.token,
    'client-certificate-data': base64(parts.cert),
    'client-key-data': base64(parts.key),
  };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: parts.server, 'certificate-authority-data': base64(parts.ca) } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}
