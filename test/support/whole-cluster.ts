// Every listable object of the whole cluster, cluster-scoped ones too, over plain HTTP and never by our provider: fifty lists of
// which kubectl would take ten times the time of a busy machine. Reads only, and remembers nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { credentials } from '../ops/administrator.ts';

export interface ClusterObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
}

/**
 * Left out: what the API server keeps about itself (Leases), what tells and does not govern (Events), and what is probed
 * at each question and stored nowhere (componentstatuses).
 */
const LEFT_OUT = new Set(['events', 'events.events.k8s.io', 'leases.coordination.k8s.io', 'componentstatuses']);

/** All groups, versions and kinds in one answer. */
const DISCOVERY = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
/** Enough to keep the server busy. */
const CONNECTIONS = 4;
/** A kind that was defined just now is put off for a second or two, while its store begins. */
const TRIES = 30;

interface Group {
  /** The core group has no name. */
  metadata?: { name?: string };
  /** In the order of preference. */
  versions: { version: string; resources?: { resource: string; verbs: string[] }[] }[];
}

type Get = (path: string, accept: string) => Promise<{ status: number; body: unknown }>;

export async function readCluster(kubeconfig: string): Promise<ClusterObject[]> {
  const { server, ca, token } = credentials(kubeconfig);
  const dispatcher = new Agent({ connect: { ca }, connections: CONNECTIONS, allowH2: false });
  const get: Get = async (path, accept) => {
    for (let tries = 1; ; tries += 1) {
      const answer = await request(`${server}${path}`, {
        dispatcher,
        headers: { authorization: `Bearer ${token}`, accept },
      });
      const body = await answer.body.json();
      if (answer.statusCode !== 429 || tries === TRIES) return { status: answer.statusCode, body };
      await sleep(Number(answer.headers['retry-after'] ?? 1) * 1000);
    }
  };
  try {
    const paths = (await Promise.all([listable(get, '/api'), listable(get, '/apis')])).flat();
    return (await Promise.all(paths.map((path) => list(get, path)))).flat();
  } finally {
    await dispatcher.close();
  }
}

/** Each kind once, at the version that its group prefers among those that have it. */
async function listable(get: Get, root: '/api' | '/apis'): Promise<string[]> {
  const { items } = expectOk(root, await get(root, DISCOVERY)) as { items: Group[] };
  return items.flatMap(({ metadata: { name: group } = {}, versions }) => {
    const seen = new Set<string>();
    return versions.flatMap(({ version, resources = [] }) =>
      resources.flatMap(({ resource, verbs }) => {
        if (seen.has(resource) || !verbs.includes('list')) return [];
        seen.add(resource);
        if (LEFT_OUT.has(group === undefined ? resource : `${resource}.${group}`)) return [];
        return [[root, group, version, resource].filter((part) => part !== undefined).join('/')];
      }),
    );
  });
}

async function list(get: Get, path: string): Promise<ClusterObject[]> {
  const answer = await get(path, 'application/json');
  // Its definition went, and the kind with it.
  if (answer.status === 404) return [];
  const { apiVersion, kind, items } = expectOk(path, answer) as ClusterObject & { items: ClusterObject[] };
  // A list says once what each of its items is.
  return items.map((item) => ({ ...item, apiVersion, kind: kind.replace(/List$/, '') }));
}

function expectOk(path: string, { status, body }: { status: number; body: unknown }): unknown {
  if (status !== 200) throw new Error(`GET ${path} was answered ${status}: ${JSON.stringify(body)}`);
  return body;
}
