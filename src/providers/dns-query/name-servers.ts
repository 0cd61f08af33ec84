// Which servers a zone has and where they listen, by the system's resolver or by what the installation names instead.
import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { CallOptions } from '../../activities/cluster.ts';
import { NaasError } from '../../spec/errors.ts';
import { bind } from '../deadline.ts';
import { dnsFailure } from '../dns/failure.ts';
import { canonicalName } from '../dns/names.ts';
import { parseServer, type ServerAddress } from '../dns/server-address.ts';

export interface NameServerOptions {
  /** `host:port` of each server of a zone, by its apex; asked instead of whom the zone's NS records name. */
  servers?: Readonly<Record<string, readonly string[]>>;
  /** `address:port` of resolvers to ask instead of the system's. */
  resolvers?: readonly string[];
}

export interface ZoneServers {
  zone: string;
  servers: string[];
}

export interface NameServers {
  /** The servers of the zone that holds the name: its own, or of the nearest name above. */
  of(name: string, options: CallOptions): Promise<ZoneServers>;
  /** IPv4 first, because a machine without IPv6 may still be told of such addresses. */
  addresses(server: string, options: CallOptions): Promise<ServerAddress[]>;
}

export function createNameServers({ servers = {}, resolvers }: NameServerOptions): NameServers {
  const ask = <T>(what: string, options: CallOptions, question: (resolver: Resolver) => Promise<T>): Promise<T> =>
    askResolver(resolvers, what, options, question);
  return {
    async of(name, options) {
      const labels = canonicalName(name).split('.');
      for (let above = 0; above < labels.length; above += 1) {
        const zone = labels.slice(above).join('.');
        const named = servers[zone];
        if (named !== undefined) return { zone, servers: [...named] };
        const found = await ask(`query of NS ${zone}`, options, (resolver) => orNone(resolver.resolveNs(zone)));
        if (found.length > 0) return { zone, servers: found.map(canonicalName).sort() };
      }
      const todo = 'Check the spelling, and that the domain is registered and delegated.';
      throw dnsFailure('NotFound', `no zone is known that holds ${name}`, todo);
    },
    async addresses(server, options) {
      const { host, port } = parseServer(server);
      if (isIP(host) !== 0) return [{ host, port }];
      const found = await ask(`look-up of the name server ${host}`, options, async (resolver) => {
        if (resolvers === undefined)
          return (await orNone(lookup(host, { all: true, order: 'ipv4first' }))).map(({ address }) => address);
        return [...(await orNone(resolver.resolve4(host))), ...(await orNone(resolver.resolve6(host)))];
      });
      return found.map((address) => ({ host: address, port }));
    },
  };
}

const ABSENT = ['ENODATA', 'ENOTFOUND'];

async function orNone<T>(found: Promise<T[]>): Promise<T[]> {
  try {
    return await found;
  } catch (error) {
    if (ABSENT.includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

async function askResolver<T>(
  resolvers: readonly string[] | undefined,
  what: string,
  options: CallOptions,
  question: (resolver: Resolver) => Promise<T>,
): Promise<T> {
  const resolver = new Resolver();
  if (resolvers !== undefined) resolver.setServers(resolvers);
  const bound = bind(options, { what });
  const ended = new Promise<never>((_, reject) => {
    const end = (): void => {
      resolver.cancel();
      reject(bound.signal.reason);
    };
    if (bound.signal.aborted) end();
    else bound.signal.addEventListener('abort', end, { once: true });
  });
  try {
    bound.signal.throwIfAborted();
    return await Promise.race([question(resolver), ended]);
  } catch (error) {
    if (error instanceof NaasError || bound.signal.aborted) throw error;
    const { code = 'no answer' } = error as NodeJS.ErrnoException;
    const todo = 'Check the resolver of this machine; naas asks again by itself.';
    throw dnsFailure('Unavailable', `${what} failed at the resolver (${code})`, todo, { cause: error });
  } finally {
    ended.catch(() => {});
    bound.forget();
  }
}
