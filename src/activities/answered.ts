// Done means answered: looks at what every authoritative server says of what was published, and is over when all say it. It
// writes nothing.
import { setTimeout } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { NaasError } from '../spec/errors.ts';
import { recordRef } from '../spec/inventory.ts';
import type { RecordSet } from '../spec/record-set.ts';
import type { DnsAnswers, PlannedAnswer, ServerAnswer } from './answers.ts';
import { asNaasError, atTheBoundary, callOptions, PartialFailure } from './boundary.ts';
import type { CallOptions } from './cluster.ts';
import type { NameServers } from './name-servers.ts';

/** A zone's own servers know within milliseconds to seconds; what takes longer is looked at again by the next attempt. */
const FIRST_LOOK_MS = 20;
const LONGEST_PAUSE_MS = 1_000;
const LOOKS_FOR_MS = 5_000;

export function answerActivities({ nameServers, answers }: Witnesses) {
  const ofZone = (): ServersOf => askedOnce('zone', ({ zone }, options) => nameServers.ask(zone, options));
  const ofOthers = (): ServersOf =>
    askedOnce('name', async ({ name }, options) => (await answers.serversOf(name, options)).servers);
  return {
    async awaitAnswers({ records }: { records: RecordSet[] }): Promise<void> {
      const wanted = { records, says: saysPlanned, what: 'answer for' };
      return atTheBoundary(() => untilAll(ofZone(), answers, wanted, callOptions()));
    },

    /** Of what a team enters at a DNS of its own: the servers that have authority there. */
    async awaitEntered({ records }: { records: RecordSet[] }): Promise<void> {
      const wanted = { records, says: saysPlanned, what: 'answer for' };
      return atTheBoundary(() => untilAll(ofOthers(), answers, wanted, callOptions()));
    },

    /** Of what others publish: until no server says it any more. */
    async awaitSilence({ cluster, records }: { cluster: string; records: RecordSet[] }): Promise<void> {
      const wanted = { records, says: (answer: ServerAnswer) => !saysPlanned(answer), what: 'have forgotten' };
      return atTheBoundary(async () => {
        try {
          await untilAll(ofZone(), answers, wanted, callOptions());
        } catch (error) {
          const cause = asNaasError(error);
          const objects = records.map((record) => recordRef(cluster, record));
          throw new PartialFailure(cause, { problems: cause.problems, objects, effects: [] });
        }
      });
    },
  };
}

type ServersOf = (record: RecordSet, options: CallOptions) => Promise<string[]>;

/** For one attempt, which looks many times: which servers a zone has changes less often than that. */
function askedOnce(by: 'zone' | 'name', ask: ServersOf): ServersOf {
  const asked = new Map<string, Promise<string[]>>();
  return (record, options) => {
    const servers = asked.get(record[by]) ?? ask(record, options);
    asked.set(record[by], servers);
    return servers;
  };
}

const saysPlanned = ({ says }: ServerAnswer): boolean => says === 'planned';

interface Wanted {
  records: readonly RecordSet[];
  says(answer: ServerAnswer): boolean;
  /** As in "3 of 4 name servers answer for …". */
  what: string;
}

async function untilAll(
  serversOf: ServersOf,
  answers: DnsAnswers,
  { records, says, what }: Wanted,
  options: CallOptions,
): Promise<void> {
  const giveUpMs = Math.min(Date.now() + LOOKS_FOR_MS, options.deadlineMs);
  let open = records;
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const looks = await Promise.all(open.map((record) => look(serversOf, answers, record, says, options)));
    const waits = looks.filter(({ missing }) => missing.length > 0);
    if (waits.length === 0) return;
    open = waits.map(({ record }) => record);
    if (Date.now() + pauseMs >= giveUpMs) throw notYet(waits, what);
    await setTimeout(pauseMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

interface Look {
  record: RecordSet;
  asked: number;
  missing: ServerAnswer[];
}

async function look(
  serversOf: ServersOf,
  answers: DnsAnswers,
  record: RecordSet,
  isWanted: Wanted['says'],
  options: CallOptions,
): Promise<Look> {
  const planned = plannedOf(record);
  const own = await answers.fromServers(planned, await serversOf(record, options), options);
  const isKnown = own.every(isWanted);
  // Before its own servers know it, a resolver would only learn, and remember, that there is nothing.
  const all = isKnown ? [...own, ...(await answers.fromResolvers(planned, options))] : own;
  return { record, asked: all.length, missing: all.filter((answer) => !isWanted(answer)) };
}

function plannedOf({ name, type, alias, values }: RecordSet): PlannedAnswer {
  return { name, type, values: alias === undefined ? values : undefined };
}

/** Whom to ask right after a write. */
export interface Witnesses {
  nameServers: NameServers;
  answers: DnsAnswers;
}

/** So long a write waits for what its zone's servers usually know at once. */
const GLANCE_MS = 300;

/**
 * One look right after a write, at servers that are known: whether everybody asked says it. Whatever is amiss is no, and looked at
 * again by `awaitAnswers`.
 */
export async function isAnswered(
  { nameServers, answers }: Witnesses,
  record: RecordSet,
  options: CallOptions,
): Promise<boolean> {
  const servers = nameServers.known(record.zone);
  if (servers === undefined) return false;
  const soon = { ...options, deadlineMs: Math.min(options.deadlineMs, Date.now() + GLANCE_MS) };
  try {
    return (await look(async () => servers, answers, record, saysPlanned, soon)).missing.length === 0;
  } catch {
    return false;
  }
}

function notYet(looks: readonly Look[], what: string): NaasError {
  const lines = looks.map(({ record, asked, missing }) => {
    const [first] = missing;
    const example = first === undefined ? '' : `; ${first.server} says ${wordsOf(first)}`;
    return `${asked - missing.length} of ${asked} name servers ${what} ${record.type} ${record.name}${example}`;
  });
  return new NaasError({ code: 'NotReadyYet', message: `${lines.join('; ')} (attempt ${activityInfo().attempt})` });
}

function wordsOf(answer: ServerAnswer): string {
  switch (answer.says) {
    case 'nothing':
      return `nothing (${answer.why})`;
    case 'nxdomain':
      return 'that there is no such name';
    case 'nodata':
      return 'that it has no such record';
    case 'other':
    case 'planned':
      return answer.values.join(', ');
  }
}
