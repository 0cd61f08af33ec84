// The health endpoint: `/healthz` says that the process answers, `/readyz` whether it can do its work. It looks at each
// dependency on its own rhythm, so that asking often costs nobody anything; it changes nothing.
import { createServer, type ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';

/** Something that the worker cannot do without. */
export interface Dependency {
  name: string;
  /** Throws with the reason when it is not there. */
  look(deadlineMs: number): Promise<void>;
}

export interface Health {
  /** Where it listens, with the real port. */
  address: string;
  /** From now on readiness follows these, and `serving` at the moment of the question. */
  watch(serving: () => boolean, dependencies: Dependency[]): void;
  close(): Promise<void>;
}

export interface HealthTiming {
  everyMs: number;
  lookMs: number;
  /** A dependency counts as there this long after it was last seen: one lost packet is no outage. */
  recentMs: number;
}

const TIMING: HealthTiming = { everyMs: 10_000, lookMs: 5_000, recentMs: 45_000 };

interface Seen {
  seenMs: number;
  said: string | null;
}

export async function serveHealth(address: string, timing: HealthTiming = TIMING): Promise<Health> {
  const seen = new Map<string, Seen>();
  let serving: (() => boolean) | undefined;
  let timer: NodeJS.Timeout | undefined;

  const look = async (dependency: Dependency): Promise<void> => {
    const last = seen.get(dependency.name);
    try {
      await dependency.look(Date.now() + timing.lookMs);
      seen.set(dependency.name, { seenMs: performance.now(), said: null });
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      seen.set(dependency.name, { seenMs: last?.seenMs ?? Number.NEGATIVE_INFINITY, said });
    }
  };
  const ready = (): boolean =>
    serving?.() === true && [...seen.values()].every(({ seenMs }) => performance.now() - seenMs <= timing.recentMs);
  const report = () => ({
    ready: ready(),
    polling: serving?.() === true,
    ...Object.fromEntries([...seen].map(([name, { said }]) => [name, said ?? 'ok'])),
  });

  const server = createServer((request, response) => {
    if (request.url === '/healthz') return answer(response, 200, { alive: true });
    if (request.url === '/readyz') return answer(response, ready() ? 200 : 503, report());
    return answer(response, 404, { paths: ['/healthz', '/readyz'] });
  });
  const { host, port } = split(address);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error(`cannot serve health on ${address}: ${cause.message}. Set another NAAS_HEALTH_ADDRESS.`)),
    );
    server.listen(port, host, resolve);
  });
  // A worker that cannot start must be able to end.
  server.unref();
  const bound = server.address();
  return {
    address: typeof bound === 'object' && bound !== null ? join(host, bound.port) : address,
    watch(isServing, dependencies) {
      serving = isServing;
      for (const { name } of dependencies) {
        seen.set(name, { seenMs: Number.NEGATIVE_INFINITY, said: 'not looked at yet' });
      }
      const round = () => void Promise.all(dependencies.map(look));
      round();
      timer = setInterval(round, timing.everyMs);
      timer.unref();
    },
    async close() {
      clearInterval(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

function split(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':');
  return { host: address.slice(0, at).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(at + 1)) };
}

function join(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
