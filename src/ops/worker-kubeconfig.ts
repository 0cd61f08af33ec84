// Writes a kubeconfig for naas's own account, or for a named one: a token by request, in a file of its own, so that it can be
// renewed under a running worker. Both files are readable by their owner alone.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { stringify } from 'yaml';
import { connectCluster } from '../providers/kubernetes/index.ts';
import { NaasError } from '../spec/errors.ts';
import { SYSTEM_NAMESPACE, WORKER_SERVICE_ACCOUNT } from '../spec/names.ts';

export interface WorkerKubeconfigOptions {
  /** The administrator's, who may ask for a token of the account. */
  kubeconfig?: string;
  context?: string;
  /** Whose; naas's own unless named. */
  account?: { namespace: string; name: string };
  /** Where to write; the token goes beside it as `<file>.token`. */
  file: string;
  /** Another address of the same API server, such as a proxy in front of it. */
  serverOverride?: string;
  /** The certificate authority of that address. */
  caFile?: string;
}

/** Long enough for a worker outside the cluster that a person renews; the API server may shorten it. */
const TOKEN_SECONDS = 30 * 24 * 3600;
const CALL_MS = 15_000;
const WORKER = { namespace: SYSTEM_NAMESPACE, name: WORKER_SERVICE_ACCOUNT };

export async function workerKubeconfig(options: WorkerKubeconfigOptions): Promise<void> {
  const { kubeconfig, context, file, account = WORKER } = options;
  const cluster = await connectCluster({ name: 'default', kubeconfig, context });
  try {
    const answer = await cluster.ask(
      `/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}/token`,
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: TOKEN_SECONDS } },
      { deadlineMs: Date.now() + CALL_MS },
    );
    const token = (answer['status'] as { token?: string } | undefined)?.token;
    if (token === undefined) {
      throw new NaasError({
        code: 'Unexpected',
        message: `${cluster.server} answered a token request without a token; run \`naas doctor\``,
      });
    }
    const ca = options.caFile === undefined ? await cluster.certificateAuthority() : await readFile(options.caFile);
    const server = options.serverOverride ?? cluster.server;
    // The token first: a worker that finds the kubeconfig finds what it names.
    await replace(`${file}.token`, token);
    await replace(
      file,
      stringify(kubeconfigFor(account.name, server, ca, `${basename(file)}.token`), { lineWidth: 0 }),
    );
  } finally {
    await cluster.close();
  }
}

function kubeconfigFor(user: string, server: string, ca: Buffer | undefined, tokenFile: string) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'naas',
        cluster: { server, ...(ca === undefined ? {} : { 'certificate-authority-data': ca.toString('base64') }) },
      },
    ],
    users: [{ name: user, user: { tokenFile } }],
    contexts: [{ name: 'naas', context: { cluster: 'naas', user } }],
    'current-context': 'naas',
  };
}

/** A reader sees the old file or the new one, never half of one. */
async function replace(file: string, content: string): Promise<void> {
  const fresh = `${file}.${process.pid}.new`;
  await writeFile(fresh, content, { mode: 0o600 });
  await rename(fresh, file);
}
