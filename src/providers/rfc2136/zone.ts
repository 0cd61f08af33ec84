// A zone at a server that takes dynamic updates (RFC 2136), as the activities see it. Decides nothing, repeats nothing.
import type { CallOptions } from '../../activities/cluster.ts';
import type { DnsZone } from '../../activities/zone.ts';
import { claimNames, type ExternalDnsNames, registryOwner } from '../dns/external-dns.ts';
import { isOf } from '../dns/message.ts';
import { canonicalName } from '../dns/names.ts';
import { canonicalValueOf, rdataOf } from '../dns/rdata.ts';
import { createEffects } from './effects.ts';
import { rcodeFailure } from './failures.ts';
import { liveOf, look, withoutAuthority } from './live-set.ts';
import { openPrimary, type Primary, type PrimaryOptions } from './primary.ts';

export interface Rfc2136ZoneOptions extends PrimaryOptions {
  /** `host:port` of each; without it, the NS set of the zone. */
  nameServers?: string[];
  externalDns?: ExternalDnsNames;
}

/** Contacts nobody. */
export function openRfc2136Zone(options: Rfc2136ZoneOptions): DnsZone {
  const zone = canonicalName(options.zone);
  const primary = openPrimary({ ...options, zone });
  const effects = createEffects(primary, zone);
  return {
    name: zone,
    async nameServers(call) {
      if (options.nameServers !== undefined && options.nameServers.length > 0) return options.nameServers;
      return await apexServers(primary, zone, call);
    },
    async read(key, call) {
      return liveOf(key, await look(primary, key, call));
    },
    create: effects.create,
    change: effects.change,
    remove: effects.remove,
    async claimedBy(key, call) {
      for (const name of claimNames({ ...key, zone }, options.externalDns)) {
        const owner = await registryOwnerAt(primary, zone, name, call);
        if (owner !== undefined) return owner;
      }
      return undefined;
    },
  };
}

async function apexServers(primary: Primary, zone: string, call: CallOptions): Promise<string[]> {
  const question = { name: zone, type: 'NS' } as const;
  const words = { what: `query of NS ${zone} at ${primary.server}`, zone };
  const answer = await primary.query(question, call);
  if (answer.rcode !== 'NOERROR') throw rcodeFailure(answer.rcode, words);
  const servers = answer.answers.filter((each) => isOf(each, question)).flatMap((each) => canonicalValueOf(each) ?? []);
  if (!answer.authoritative || servers.length === 0) throw withoutAuthority(words);
  return servers.sort();
}

async function registryOwnerAt(
  primary: Primary,
  zone: string,
  name: string,
  call: CallOptions,
): Promise<string | undefined> {
  const question = { name, type: 'TXT' } as const;
  const words = { what: `query of TXT ${name} at ${primary.server}`, zone };
  const answer = await primary.query(question, call);
  if (answer.rcode !== 'NOERROR' && answer.rcode !== 'NXDOMAIN') throw rcodeFailure(answer.rcode, words);
  // Under a delegation nobody of this zone claims anything.
  const referred = answer.authorities.some(({ type }) => type === 'NS');
  if (!answer.authoritative && !referred) throw withoutAuthority(words);
  const found = answer.answers.filter((each) => isOf(each, question));
  const owner = found.map((each) => registryOwner(canonicalValueOf(each) ?? '')).find((each) => each !== undefined);
  if (owner === undefined) return undefined;
  // The claim on a wildcard is answered for every name below it, and is not theirs.
  const there = { ...question, rdata: found.flatMap((each) => rdataOf(each) ?? []) };
  const rcode = await primary.update([{ is: 'exactly', set: there }], [], call, `look at TXT ${name}`);
  if (rcode !== 'NOERROR' && rcode !== 'NXRRSET') throw rcodeFailure(rcode, words);
  return rcode === 'NOERROR' ? owner : undefined;
}
