// From a DNS server's refusal to an error of naas's table. Pure. Which prerequisite failed is judged by who asked for it.
import type { ErrorName, NaasError } from '../../spec/errors.ts';
import { dnsFailure } from '../dns/failure.ts';
import type { Verdict } from './tsig.ts';

/** `what` is tried, on what, at which server. */
export function rcodeFailure(rcode: string, { what, zone }: { what: string; zone: string }): NaasError {
  const fail = (code: ErrorName, why: string, todo: string): NaasError =>
    dnsFailure(code, `${what} ${why} (${rcode})`, todo);
  switch (rcode) {
    case 'REFUSED':
      return fail(
        'Forbidden',
        'was refused',
        `Let the key of naas read and update ${zone} (allow-query, update-policy); check-names refuses an underscore in a host's name.`,
      );
    case 'NOTAUTH':
      return fail(
        'NotFound',
        `found no zone ${zone} there`,
        'Name the primary server of the zone, and the zone by its apex, in the configuration.',
      );
    case 'FORMERR':
    case 'NOTIMP':
    case 'NOTZONE':
      return fail('Invalid', 'was not understood', 'The server has to take dynamic updates (RFC 2136) of this zone.');
    case 'NXDOMAIN':
    case 'NXRRSET':
    case 'YXDOMAIN':
    case 'YXRRSET':
      return fail('Outdated', 'met another write', 'naas reads it again and goes on by itself.');
    default:
      return fail('Unavailable', 'failed at the server', "The server's log says more; naas tries again by itself.");
  }
}

export function refusedKey(
  { error, serverSeconds }: Extract<Verdict, { verdict: 'refused' }>,
  { what, key, nowSeconds }: { what: string; key: string; nowSeconds: number },
): NaasError {
  const hints: Readonly<Record<string, string>> = {
    BADKEY: `The server does not know the key ${key}: its name and algorithm have to be the same on both sides.`,
    BADSIG: `The secret of the key ${key} is not the same on both sides.`,
    BADTIME: `The clocks differ by ${Math.abs(nowSeconds - serverSeconds)} s; set them by NTP.`,
  };
  return dnsFailure(
    'Forbidden',
    `${what}: the signature was refused (${error})`,
    hints[error] ?? `Compare the key ${key} on both sides.`,
  );
}
