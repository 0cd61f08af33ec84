// Whether a team may name what it names below domains that somebody registered, by Temporal's own record of each domain. Reads only.
import type { Catalog } from '../spec/catalog.ts';
import { type Cover, coverOf } from '../spec/domain-lifecycle.ts';
import { NaasError, type Problem } from '../spec/errors.ts';
import { domainsNamed } from '../spec/place-hostname.ts';
import type { ReachSpec } from '../spec/reach.ts';
import type { NamespaceRequest } from '../spec/request.ts';
import { atTheBoundary, callOptions } from './boundary.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import type { DomainRuns } from './domains.ts';
import { holdersIn, type NameHolder } from './hostnames.ts';

/** A hostname, and the registrable domain in which it is. */
export interface DomainName {
  name: string;
  domain: string;
}

export interface CoverInput {
  team: string;
  names: DomainName[];
}

export interface RequiredCover extends CoverInput {
  /** What is still to be proven does not do any more. */
  proven?: boolean;
}

export interface CoveredName extends DomainName {
  cover: Cover;
}

export function domainCoverActivities(cluster: Cluster, runs: DomainRuns) {
  return {
    async readCover(input: CoverInput): Promise<{ covers: CoveredName[] }> {
      return atTheBoundary(async () => ({ covers: await coverOfAll(runs, input, callOptions()) }));
    },

    /** Fails where the team holds nothing that covers a name; answers the names whose proof is still to come. */
    async requireCover({ proven = false, ...input }: RequiredCover): Promise<{ open: DomainName[] }> {
      return atTheBoundary(async () => {
        const covers = await coverOfAll(runs, input, callOptions());
        const lost = covers.filter(({ cover }) => cover === 'no' || (proven && cover !== 'yes'));
        const problems = lost.map((each) => uncovered(input.team, each));
        if (problems.length > 0) throw new NaasError(problems);
        const open = covers.filter(({ cover }) => cover === 'not-yet');
        return { open: open.map(({ name, domain }) => ({ name, domain })) };
      });
    },

    async readNameHolders({ domain }: { domain: string }): Promise<{ holders: NameHolder[] }> {
      return atTheBoundary(async () => ({ holders: await holdersIn(cluster, domain, callOptions()) }));
    },
  };
}

export function domainNamesOf({ names }: Pick<ReachSpec, 'names'>): DomainName[] {
  return names.flatMap(({ name, domain }) => (domain === undefined ? [] : [{ name, domain }]));
}

/** The zones that teams gave to naas, of the domains in which a request names hosts. */
export async function delegationsFor(
  runs: DomainRuns,
  request: Pick<NamespaceRequest, 'hostnames'>,
  catalog: Catalog,
  options: CallOptions,
): Promise<string[]> {
  const found = await Promise.all(domainsNamed(request, catalog).map((domain) => runs.status(domain, options)));
  return found.flatMap((status) =>
    (status?.holdings ?? []).flatMap(({ name, delegation }) => (delegation?.state === 'delegated' ? [name] : [])),
  );
}

/** A name that is not proven yet is waited for, after approval; what nobody has registered is refused at once. */
export async function surveyDomains(
  runs: DomainRuns,
  { team, reach }: { team: string; reach: ReachSpec },
  options: CallOptions,
): Promise<{ problems: Problem[]; notices: string[] }> {
  const covers = await coverOfAll(runs, { team, names: domainNamesOf(reach) }, options);
  const open = covers.filter(({ cover }) => cover === 'not-yet');
  return {
    problems: covers.filter(({ cover }) => cover === 'no').map((each) => uncovered(team, each)),
    notices: open.map(({ name, domain }) => `${name} waits until team ${team} has proven its part of ${domain}`),
  };
}

export function uncovered(team: string, { name, domain }: DomainName): Problem {
  const message = `hostname ${name} is in no zone of this installation, and team ${team} holds nothing of ${domain} that covers it`;
  const hint = `\`naas domain add ${domain} --team ${team}\` registers it; \`naas domain status ${domain}\` shows who holds what.`;
  return { code: 'NotAllowed', message, field: 'hostnames', value: name, hint };
}

async function coverOfAll(runs: DomainRuns, { team, names }: CoverInput, options: CallOptions): Promise<CoveredName[]> {
  const domains = [...new Set(names.map(({ domain }) => domain))];
  const held = new Map(
    await Promise.all(
      domains.map(async (domain) => [domain, (await runs.status(domain, options))?.holdings ?? []] as const),
    ),
  );
  return names.map((each) => ({ ...each, cover: coverOf(each.name, team, held.get(each.domain) ?? []) }));
}
