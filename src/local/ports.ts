// Free loopback ports. A port may be taken between the probe and the bind: whoever binds retries through here.
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/**
 * Below the ports that outgoing connections get by themselves (from 32768 on, Linux's net.ipv4.ip_local_port_range): a server
 * that is started again must not find its port in use by somebody's connection.
 */
const PORTS = { from: 20_000, below: 32_768 };
/** So many in a row are in use only where something is wrong. */
const TRIES = 100;

/** All probes are open at once, so that the ports differ from each other. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = await Promise.all(Array.from({ length: count }, () => probe()));
  await Promise.all(probes.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return probes.map(({ port }) => port);
}

async function probe(): Promise<{ server: Server; port: number }> {
  for (let tried = 1; ; tried += 1) {
    const port = randomInt(PORTS.from, PORTS.below);
    const server = createServer();
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', resolve);
      });
      return { server, port };
    } catch (error) {
      if (tried === TRIES || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

const TAKEN =
  /address already in use|bind: address|EADDRINUSE|can't set up .* port|port \d+ .*in use|failed listening for/i;

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
