// The zones that teams hand over to naas: made, looked for at the DNS above, and taken away. Ownership is marked in the provider; when a
// zone may go the domain's run decides.
import { covers } from '../spec/domain-lifecycle.ts';
import { NaasError } from '../spec/errors.ts';
import type { DnsAnswers, ServerAnswer } from './answers.ts';
import { atTheBoundary, callOptions } from './boundary.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import { readHostnames } from './hostnames.ts';
import { writing } from './switch.ts';
import type { DelegatedZones } from './zone.ts';

export interface ZoneInput {
  zone: string;
  /** The registrable domain. */
  domain: string;
}

export interface DelegationInput {
  zone: string;
  nameServers: string[];
}

/** `unclear`: nobody who has authority above said anything, or they differ. */
export interface DelegationLook {
  found: 'delegated' | 'elsewhere' | 'none' | 'unclear';
  ttlSeconds?: number;
  /** What was seen, for people. */
  saw: string;
}

export interface DelegationDependencies {
  cluster: Cluster;
  answers: DnsAnswers;
  delegatedZones: DelegatedZones;
  installation: string;
}

export function delegationActivities({ cluster, answers, delegatedZones, installation }: DelegationDependencies) {
  return {
    async makeZone({ zone, domain }: ZoneInput): Promise<{ nameServers: string[] }> {
      // Nothing fences a zone that comes late: no second attempt begins before the first is over.
      return writing(cluster, (options) => delegatedZones.make(zone, { installation, domain }, options), {
        unfenced: true,
      });
    },

    async removeZone({ zone, domain }: ZoneInput): Promise<void> {
      return writing(cluster, (options) => delegatedZones.remove(zone, { installation, domain }, options));
    },

    async lookAtDelegation(input: DelegationInput): Promise<DelegationLook> {
      return atTheBoundary(() => lookAbove(answers, input, callOptions()));
    },

    /** Fails until every server above refers to the zone. */
    async awaitDelegation(input: DelegationInput): Promise<{ ttlSeconds: number }> {
      return atTheBoundary(async () => {
        const { found, saw, ttlSeconds = 0 } = await lookAbove(answers, input, callOptions());
        if (found !== 'delegated') throw new NaasError({ code: 'NotReadyYet', message: `${input.zone}: ${saw}` });
        return { ttlSeconds };
      });
    },

    /** Fails until no server above refers to the zone. */
    async awaitNoDelegation(input: DelegationInput): Promise<void> {
      return atTheBoundary(async () => {
        const { found, saw } = await lookAbove(answers, input, callOptions());
        if (found === 'delegated' || found === 'unclear')
          throw new NaasError({ code: 'NotReadyYet', message: `${input.zone}: ${saw}` });
      });
    },

    /** Fails until no namespace has a name in it. */
    async awaitNamesGone({ zone, domain }: ZoneInput): Promise<void> {
      return atTheBoundary(async () => {
        const { claims } = await readHostnames(cluster, domain, callOptions());
        const held = claims.filter(({ state, name }) => state === 'held' && covers(zone, name.replace(/^\*\./, '')));
        if (held.length === 0) return;
        const names = held.map(({ name, namespace }) => `${name} of namespace ${namespace}`);
        const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
        const message = `${zone} still holds ${names.slice(0, SHOWN).join(', ')}${more}`;
        throw new NaasError({ code: 'NotReadyYet', message });
      });
    },
  };
}

const SHOWN = 5;

/** The servers above answer for the name of the zone with a referral; where there is none, they answer for it themselves. */
export async function lookAbove(
  answers: DnsAnswers,
  { zone, nameServers }: DelegationInput,
  options: CallOptions,
): Promise<DelegationLook> {
  const above = zone.slice(zone.indexOf('.') + 1);
  try {
    const parent = await answers.serversOf(above, options);
    const planned = { name: zone, type: 'NS' as const, values: [...nameServers].sort() };
    return judged(parent.zone, await answers.fromServers(planned, parent.servers, options));
  } catch (error) {
    if (!(error instanceof NaasError)) throw error;
    return { found: error.code === 'NotFound' ? 'none' : 'unclear', saw: error.message };
  }
}

function judged(parent: string, said: readonly ServerAnswer[]): DelegationLook {
  const heard = said.filter(({ says }) => says !== 'nothing');
  if (heard.length === 0) return { found: 'unclear', saw: `none of the ${said.length} servers of ${parent} answers` };
  const planned = heard.flatMap((each) => (each.says === 'planned' ? [each] : []));
  const saw = `${planned.length} of ${said.length} servers of ${parent} refer to it`;
  const ttlSeconds = Math.max(0, ...planned.map((each) => each.ttlSeconds));
  if (planned.length === heard.length) return { found: 'delegated', ttlSeconds, saw };
  if (planned.length > 0) return { found: 'unclear', ttlSeconds, saw };
  const other = heard.find((each) => each.says === 'other');
  if (other === undefined || !('values' in other)) return { found: 'none', saw };
  return { found: 'elsewhere', saw: `${saw}; ${other.server} refers to ${other.values.join(', ')}` };
}
