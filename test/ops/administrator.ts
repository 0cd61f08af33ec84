// What the tests of `ops` do as an administrator, and requests that the provider has no words for (other verbs, other
// people). Plain HTTP: an independent witness.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Agent, request } from 'undici';
import { parse } from 'yaml';
import type { KubernetesCluster } from '../../src/providers/kubernetes/index.ts';
import type { ObjectRef } from '../../src/spec/inventory.ts';

export const soon = () => ({ deadlineMs: Date.now() + 15_000 });

export function namespaceRef(name: string): ObjectRef {
  return { system: 'kubernetes', cluster: 'c1', apiVersion: 'v1', kind: 'Namespace', name };
}

export interface Person {
  user: string;
  groups: string[];
}

/** One request with a kubeconfig's token; the parsed answer, be it an object or a Status with `code`. */
export async function send(
  kubeconfig: string,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  as?: Person,
): Promise<Record<string, unknown>> {
  const { server, ca, token } = credentials(kubeconfig);
  const dispatcher = new Agent({ connect: { ca }, allowH2: false });
  try {
    const answer = await request(`${server}${path}`, {
      dispatcher,
      method,
      // A flat list, and no HTTP/2: only so does each of several groups get a line of its own.
      headers: [
        ['authorization', `Bearer ${token}`],
        ['content-type', method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'],
        ...(as === undefined
          ? []
          : [['Impersonate-User', as.user], ...as.groups.map((group) => ['Impersonate-Group', group])]),
      ].flat(),
      body: body === undefined ? null : JSON.stringify(body),
    });
    return (await answer.body.json()) as Record<string, unknown>;
  } finally {
    await dispatcher.close();
  }
}

/** The server, its CA and the token of a kubeconfig. */
export function credentials(kubeconfig: string): { server: string; ca: string; token: string } {
  const config = parse(readFileSync(kubeconfig, 'utf8'));
  const { cluster } = config.clusters[0];
  const { user } = config.users[0];
  const beside = (file: string) => readFileSync(resolve(dirname(kubeconfig), file), 'utf8').trim();
  const caData: string | undefined = cluster['certificate-authority-data'];
  return {
    server: cluster.server as string,
    ca: caData === undefined ? beside(cluster['certificate-authority']) : Buffer.from(caData, 'base64').toString(),
    token: (user.token ?? beside(user.tokenFile)) as string,
  };
}

export async function removeNamespaces(cluster: KubernetesCluster, names: string[]): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      const live = await cluster.read(namespaceRef(name), soon());
      if (live?.metadata.uid !== undefined) await cluster.remove(namespaceRef(name), live.metadata.uid, soon());
      while ((await cluster.read(namespaceRef(name), soon())) !== undefined)
        await new Promise((next) => setTimeout(next, 200));
    }),
  );
}
