// What every server of a list answers for a planned record set: the provider of activities/answers.ts.
import type { DnsAnswers, PlannedAnswer, ServerAnswer } from '../../activities/answers.ts';
import type { CallOptions } from '../../activities/cluster.ts';
import { NaasError } from '../../spec/errors.ts';
import { askServer, type DnsAnswer } from './ask.ts';
import { createNameServers, type NameServerOptions, type NameServers } from './name-servers.ts';

export interface DnsAnswersOptions extends NameServerOptions {
  /** `address` or `address:port` of resolvers that have to see a record as well. */
  publicResolvers?: readonly string[];
}

/** A zone has two to eight servers, and each question is a socket. */
const AT_ONCE = 8;

export function createDnsAnswers(options: DnsAnswersOptions): DnsAnswers {
  const names = createNameServers(options);
  return {
    serversOf: (name, call) => names.of(name, call),
    fromServers: (planned, servers, call) =>
      each(servers, (server) => answerOf(names, planned, server, { ...call, recursive: false })),
    fromResolvers: (planned, call) =>
      each(options.publicResolvers ?? [], (server) => answerOf(names, planned, server, { ...call, recursive: true })),
  };
}

async function each<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await run(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, lane));
  return results;
}

/** The first address of a server that says something counts: the others are the same server by another way. */
async function answerOf(
  names: NameServers,
  planned: PlannedAnswer,
  server: string,
  options: CallOptions & { recursive: boolean },
): Promise<ServerAnswer> {
  let why = 'its name has no address';
  try {
    for (const address of await names.addresses(server, options)) {
      const answer = await heard(() => askServer(address, planned.name, planned.type, options));
      if (typeof answer !== 'string') return judged(server, planned, answer, options.recursive);
      why = answer;
    }
  } catch (error) {
    if (!isSilence(error)) throw error;
    why = error.message;
  }
  return { server, says: 'nothing', why };
}

async function heard(ask: () => Promise<DnsAnswer>): Promise<DnsAnswer | string> {
  try {
    return await ask();
  } catch (error) {
    if (isSilence(error)) return error.message;
    throw error;
  }
}

function isSilence(error: unknown): error is NaasError {
  return error instanceof NaasError && error.code === 'Unavailable';
}

function judged(server: string, planned: PlannedAnswer, answer: DnsAnswer, recursive: boolean): ServerAnswer {
  const { rcode, answers: values, ttlSeconds = 0, alias, referredTo } = answer;
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return { server, says: 'nothing', why: `it answers ${rcode}` };
  const referredToIt = planned.type === 'NS' && referredTo === planned.name;
  if (!answer.authoritative && !recursive && !referredToIt) {
    const why =
      referredTo === undefined ? 'it has no authority for the name' : `it refers to the servers of ${referredTo}`;
    return { server, says: 'nothing', why };
  }
  if (values.length > 0) return { server, says: isPlanned(planned, values) ? 'planned' : 'other', values, ttlSeconds };
  if (alias !== undefined) return { server, says: 'other', values: [alias], ttlSeconds };
  return { server, says: rcode === 'NXDOMAIN' ? 'nxdomain' : 'nodata' };
}

function isPlanned({ values }: PlannedAnswer, live: readonly string[]): boolean {
  return values === undefined || (values.length === live.length && values.every((value, at) => value === live[at]));
}
