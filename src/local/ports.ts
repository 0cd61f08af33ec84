// Free loopback ports. A port may be taken between the probe and the bind: whoever binds retries through here.
import { createServer } from 'node:net';

/** All probes are open at once, so that the ports differ from each other. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a loopback socket has no port');
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const TAKEN = /address already in use|bind: address|EADDRINUSE|can't set up .* port|port \d+ .*in use/i;

/** Runs `start` on fresh ports, again while it fails because somebody else took one. Five: a sixth theft is a fault. */
export async function withFreePorts<T>(count: number, start: (ports: number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const ports = await freePorts(count);
    try {
      return await start(ports);
    } catch (error) {
      if (attempt === 5 || !(error instanceof Error) || !TAKEN.test(error.message)) throw error;
    }
  }
}
