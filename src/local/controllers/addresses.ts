// A load balancer's addresses, one a Gateway, from a range that is reserved for documentation: whoever asks there by
// mistake reaches nobody. Keeps what was given for as long as the Gateway lives.
import { gatewayAddresses } from '../../spec/gateway-addresses.ts';
import type { LiveObject } from '../../spec/gateway-objects.ts';

/** RFC 5737. */
const RANGE = '203.0.113.';
const LAST = 254;

export interface Addresses {
  /** Undefined: all are taken. */
  of(gateway: LiveObject): string | undefined;
  /** Of Gateways that are gone the addresses are free again. */
  keepOnly(gateways: readonly LiveObject[]): void;
}

export function createAddresses(): Addresses {
  const given = new Map<string, string>();
  return {
    of(gateway) {
      const uid = String(gateway.metadata['uid']);
      const kept = given.get(uid);
      if (kept !== undefined) return kept;
      const taken = new Set(given.values());
      const [standing] = gatewayAddresses(gateway).filter(({ value }) => value.startsWith(RANGE));
      const free = standing !== undefined && !taken.has(standing.value) ? standing.value : firstFree(taken);
      if (free !== undefined) given.set(uid, free);
      return free;
    },
    keepOnly(gateways) {
      const living = new Set(gateways.map(({ metadata }) => String(metadata['uid'])));
      for (const uid of [...given.keys()]) if (!living.has(uid)) given.delete(uid);
    },
  };
}

function firstFree(taken: ReadonlySet<string>): string | undefined {
  for (let last = 1; last <= LAST; last += 1) if (!taken.has(`${RANGE}${last}`)) return `${RANGE}${last}`;
  return undefined;
}
