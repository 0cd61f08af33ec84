// What naas asks of the DNS about a domain: whether its proof stands on the servers that have authority for it. Reads only.
import { answersChallenge } from '../spec/domain-challenge.ts';
import { type DomainStatus, proofOf, type TxtRecord } from '../spec/domain-status.ts';
import { NaasError } from '../spec/errors.ts';
import type { DnsAnswers, ServerAnswer } from './answers.ts';
import { atTheBoundary, callOptions } from './boundary.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import { lookAbove } from './delegations.ts';
import { holdersIn } from './hostnames.ts';

/** What is needed of Temporal's own records of domains: the interface that a provider implements. */
export interface DomainRuns {
  /** The registrable domains with a verified part; may lag behind by seconds. */
  verified(options: CallOptions): Promise<string[]>;
  /** Those whose newest run somebody ended in Temporal: nobody watches them. May lag behind by seconds. */
  unwatched(options: CallOptions): Promise<string[]>;
  /** undefined: nobody has registered it, or its run was ended in Temporal. */
  status(domain: string, options: CallOptions): Promise<DomainStatus | undefined>;
  tick(domain: string, name: string, options: CallOptions): Promise<void>;
}

export interface ProofInput {
  name: string;
  /** Any of them is enough. */
  records: TxtRecord[];
  /** Where naas keeps the zone: below it no record of the team can be seen, and that it is handed over is proof itself. */
  delegation?: { nameServers: string[] };
}

/** `unclear`: nobody who has authority said anything. */
export interface Look {
  found: 'proven' | 'missing' | 'unclear';
  /** What was seen, for people. */
  saw: string;
}

/** What one sweep looked at. */
export interface RecheckReport {
  looked: number;
  missing: string[];
  unclear: string[];
  /** Domains whose run was ended in Temporal while these namespaces have names below them. */
  unwatched: { domain: string; namespaces: string[] }[];
}

export function domainActivities(cluster: Cluster, answers: DnsAnswers, runs: DomainRuns) {
  return {
    async lookForProof(input: ProofInput): Promise<Look> {
      return atTheBoundary(() => look(answers, input, callOptions()));
    },

    /** Fails until the proof stands: how often it looks again, and for how long, the caller's retries say. */
    async awaitProof(input: ProofInput): Promise<void> {
      return atTheBoundary(async () => {
        const { found, saw } = await look(answers, input, callOptions());
        if (found !== 'proven') throw new NaasError({ code: 'NotReadyYet', message: `${input.name}: ${saw}` });
      });
    },

    async recheckDomains(): Promise<RecheckReport> {
      return atTheBoundary(() => recheck(cluster, answers, runs, callOptions()));
    },
  };
}

async function recheck(
  cluster: Cluster,
  answers: DnsAnswers,
  runs: DomainRuns,
  options: CallOptions,
): Promise<RecheckReport> {
  const report: RecheckReport = { looked: 0, missing: [], unclear: [], unwatched: [] };
  const look = async (domain: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof NaasError)) throw error;
      // One that cannot be asked hides no other.
      report.unclear.push(domain);
    }
  };
  for (const domain of await runs.verified(options))
    await look(domain, () => recheckOne(answers, runs, { domain, report }, options));
  for (const domain of await runs.unwatched(options))
    await look(domain, async () => {
      const holders = await holdersIn(cluster, domain, options);
      const namespaces = [...new Set(holders.map(({ namespace }) => namespace))];
      if (namespaces.length > 0) report.unwatched.push({ domain, namespaces });
    });
  return report;
}

async function recheckOne(
  answers: DnsAnswers,
  runs: DomainRuns,
  { domain, report }: { domain: string; report: RecheckReport },
  options: CallOptions,
): Promise<void> {
  const status = await runs.status(domain, options);
  for (const holding of status?.holdings ?? []) {
    if (holding.state !== 'verified') continue;
    const { name } = holding;
    report.looked += 1;
    const { found } = await look(answers, proofOf(holding), options);
    if (found === 'proven') continue;
    report[found].push(name);
    // The run looks itself before it believes it.
    if (found === 'missing') await runs.tick(domain, name, options);
  }
}

async function look(
  answers: DnsAnswers,
  { name, records, delegation }: ProofInput,
  options: CallOptions,
): Promise<Look> {
  const looks: Look[] = [];
  if (delegation !== undefined) {
    const { found, saw } = await lookAbove(answers, { zone: name, ...delegation }, options);
    if (found === 'delegated') return { found: 'proven', saw };
    looks.push({ found: found === 'unclear' ? 'unclear' : 'missing', saw });
  }
  for (const record of records) {
    const seen = await lookFor(answers, record, options);
    if (seen.found === 'proven') return seen;
    looks.push(seen);
  }
  const unclear = looks.find(({ found }) => found === 'unclear');
  return unclear ?? looks[0] ?? { found: 'missing', saw: 'there is no record that could prove it' };
}

async function lookFor(answers: DnsAnswers, record: TxtRecord, options: CallOptions): Promise<Look> {
  try {
    const { zone, servers } = await answers.serversOf(record.name, options);
    const planned = { name: record.name, type: 'TXT' as const, values: [record.value] };
    return judged(record, zone, await answers.fromServers(planned, servers, options));
  } catch (error) {
    if (!(error instanceof NaasError)) throw error;
    // A domain that is gone proves nothing any more; a resolver that is away says nothing.
    return { found: error.code === 'NotFound' ? 'missing' : 'unclear', saw: error.message };
  }
}

/** All that say anything have to say it: one that lags behind is asked again. */
function judged({ name, value }: TxtRecord, zone: string, said: readonly ServerAnswer[]): Look {
  const heard = said.filter(({ says }) => says !== 'nothing');
  if (heard.length === 0) return { found: 'unclear', saw: `none of the ${said.length} servers of ${zone} answers` };
  const having = heard.filter((each) => 'values' in each && answersChallenge(each.values, value));
  if (having.length === heard.length) return { found: 'proven', saw: `${having.length} servers of ${zone} have it` };
  const [first] = heard.filter((each) => !having.includes(each));
  const example = first === undefined ? '' : `; ${first.server} says ${wordsOf(first)}`;
  const saw = `${having.length} of ${said.length} servers of ${zone} have the TXT record ${name}${example}`;
  return { found: having.length > 0 ? 'unclear' : 'missing', saw };
}

/** More than a few values of others are no help to anybody. */
const SHOWN_LENGTH = 120;

function wordsOf(answer: ServerAnswer): string {
  switch (answer.says) {
    case 'planned':
    case 'other':
      return `"${answer.values.join('", "').slice(0, SHOWN_LENGTH)}"`;
    case 'nodata':
      return 'that there is no TXT record';
    case 'nxdomain':
      return 'that there is no such name';
    case 'nothing':
      return answer.why;
  }
}
