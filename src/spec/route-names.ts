// Names of the objects that hold or route hostnames. Pure. A hostname may be 253 characters long, an object's name 63: what is
// readable of it is kept, and a hash of the whole tells it from every other.
import { sha256Hex } from './canonical.ts';
import { HOSTNAMES_PREFIX, ZONE_LEASE_PREFIX } from './names.ts';

/** One of each a namespace. */
export const LISTENER_SET_NAME = 'naas-listeners';
export const OWN_GATEWAY_NAME = 'naas-gateway';

const PREFIX = 'naas-';
/** Of hexadecimal digits: 48 bits. */
const HASH_LENGTH = 12;
const MAX_LENGTH = 63;
const READABLE_LENGTH = MAX_LENGTH - PREFIX.length - 1 - HASH_LENGTH;

/** Of its Route, Certificate, VirtualService and listener. Depends on the hostname alone, so it outlives every change. */
export function hostnameObject(hostname: string): string {
  const readable = hostname.replace(/^\*/, 'wildcard').replaceAll('.', '-').slice(0, READABLE_LENGTH);
  return `${PREFIX}${readable}-${sha256Hex(hostname).slice(0, HASH_LENGTH)}`;
}

/** Where the hostname's certificate goes unless the request names a Secret. */
export function hostnameSecret(hostname: string): string {
  return hostnameObject(hostname);
}

/** A zone's name has at most 253 characters, as an object's, but for the prefix: of one that is longer its end is told apart. */
export function hostnamesConfigMap(zone: string): string {
  return ofZone(HOSTNAMES_PREFIX, zone);
}

export function zoneLease(zone: string): string {
  return ofZone(ZONE_LEASE_PREFIX, zone);
}

function ofZone(prefix: string, zone: string): string {
  const whole = `${prefix}${zone}`;
  if (whole.length <= 253) return whole;
  return `${whole.slice(0, 253 - 13)}-${sha256Hex(zone).slice(0, 12)}`;
}
