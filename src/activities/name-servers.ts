// Which servers answer for a zone, remembered for a while: they change far less often than records do, and a write need not wait
// for the question. It judges no answer.
import type { CallOptions } from './cluster.ts';
import type { ZoneOf } from './records.ts';

export interface NameServers {
  /** Asks the zone, every time. */
  ask(zone: string, options: CallOptions): Promise<string[]>;
  /** What the zone last said; undefined where that is long ago, or nobody has asked. */
  known(zone: string): string[] | undefined;
}

/** Who has moved a zone meanwhile waits for nothing longer: whoever gets no answer from these asks the zone. */
const KNOWN_FOR_MS = 10 * 60_000;

export function nameServersOf(zoneOf: ZoneOf): NameServers {
  const said = new Map<string, { servers: string[]; atMs: number }>();
  return {
    async ask(zone, options) {
      const servers = await zoneOf(zone).nameServers(options);
      said.set(zone, { servers, atMs: Date.now() });
      return servers;
    },
    known(zone) {
      const last = said.get(zone);
      return last !== undefined && Date.now() - last.atMs < KNOWN_FOR_MS ? last.servers : undefined;
    },
  };
}
