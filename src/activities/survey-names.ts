// What speaks against names before they are asked for, or has to be known of them: CAA records that forbid their certificate, and
// wildcards that stop answering beside them. Reads only.
import { caaAllows, caaNames } from '../spec/caa.ts';
import type { Catalog } from '../spec/catalog.ts';
import type { Problem } from '../spec/errors.ts';
import type { HostnameSpec } from '../spec/gateway-spec.ts';
import { describeShadow, shadowedWildcards } from '../spec/hostname-overlap.ts';
import type { ReachedName, ReachSpec } from '../spec/reach.ts';
import type { DnsAnswers } from './answers.ts';
import type { CallOptions } from './cluster.ts';
import type { ZoneOf } from './records.ts';

interface CaaSources {
  zoneOf: ZoneOf;
  answers: DnsAnswers;
}

/** An authority would refuse, after minutes; each name that gets a certificate of its own is looked at. */
export async function caaProblems(
  { gateway, names }: ReachSpec,
  { platform }: Catalog,
  dns: CaaSources,
  options: CallOptions,
): Promise<Problem[]> {
  const domains = platform.gateway?.issuer?.caaDomains ?? [];
  if (domains.length === 0) return [];
  const issued = gateway.hostnames.filter(({ tls }) => typeof tls === 'object');
  const found = await Promise.all(
    issued.map(async (hostname) => {
      const reached = names.find(({ name }) => name === hostname.name);
      return reached === undefined ? [] : caaProblem(hostname, reached, domains, dns, options);
    }),
  );
  return found.flat();
}

async function caaProblem(
  { name }: HostnameSpec,
  { zone, records, publisher }: ReachedName,
  domains: readonly string[],
  dns: CaaSources,
  options: CallOptions,
): Promise<Problem[]> {
  const above = caaNames(name).filter((each) => each === zone || each.endsWith(`.${zone}`));
  const sets = await Promise.all(
    above.map(async (each) => {
      // What the request itself says of the name counts as if it stood there: it will by then.
      const own = records.find(({ type }) => type === 'CAA' && each === name);
      if (own !== undefined) return own.values;
      if (publisher === 'owner') return answeredCaa(dns.answers, each, options);
      return (await dns.zoneOf(zone).read({ zone, name: each, type: 'CAA' }, options))?.set.values ?? [];
    }),
  );
  const answer = caaAllows(sets, domains, { wildcard: name.startsWith('*.') });
  if (answer.allowed) return [];
  const message = `hostnames: no certificate can be issued for ${name}: CAA records in zone ${zone} do not allow ${domains.join(', ')} (${answer.why})`;
  const hint = `Add a CAA record 0 issue "${domains[0]}" for the name, or use tls: shared or none.`;
  return [{ code: 'RefusedByGuardrail', message, field: 'hostnames', value: name, hint }];
}

/** Of a zone that naas does not keep: what the first of its servers says. Where none says anything, the authority will. */
async function answeredCaa(answers: DnsAnswers, name: string, options: CallOptions): Promise<string[]> {
  const { servers } = await answers.serversOf(name, options);
  const said = await answers.fromServers({ name, type: 'CAA', values: [] }, servers, options);
  return said.flatMap((each) => ('values' in each ? [each.values] : each.says === 'nothing' ? [] : [[]]))[0] ?? [];
}

/** `others`: what else the zone holds; a wildcard answers no more below a name that comes into being. */
export function shadowNotices(names: readonly string[], others: readonly string[]): string[] {
  return names.flatMap((name) => {
    const beside = [...others, ...names].filter((each) => each !== name);
    return shadowedWildcards(name, beside).map((shadow) => describeShadow(name, shadow));
  });
}
