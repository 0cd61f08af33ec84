// What was published, asked for right after its write and until every server says it: in which order witnesses are asked, and when
// a look is no.
import { describe, expect, it } from 'vitest';
import { answerActivities, isAnswered, type Witnesses } from '../../src/activities/answered.ts';
import type { PlannedAnswer, ServerAnswer } from '../../src/activities/answers.ts';
import type { CallOptions } from '../../src/activities/cluster.ts';
import type { RecordSet } from '../../src/spec/record-set.ts';
import { failureOf, inActivity } from '../support/activity-world.ts';

const RECORD: RecordSet = {
  zone: 'zone.test',
  name: 'app.zone.test',
  type: 'A',
  ttlSeconds: 60,
  values: ['192.0.2.1'],
};
const SERVERS = ['ns1', 'ns2'];

const says = (server: string): ServerAnswer => ({ server, says: 'planned', values: RECORD.values, ttlSeconds: 60 });
const silent = (server: string): ServerAnswer => ({ server, says: 'nxdomain' });

/** `own` of the zone's servers and `resolver`, look by look; the last one stands. Whoever was asked is in `asked`. */
function witnesses(own: ServerAnswer[][], resolver: ServerAnswer[] = [says('resolver')], known = true) {
  const asked: string[] = [];
  const deadlines: number[] = [];
  let looks = 0;
  const given: Witnesses = {
    nameServers: {
      ask: async () => {
        asked.push('zone');
        return SERVERS;
      },
      known: () => (known ? SERVERS : undefined),
    },
    answers: {
      serversOf: async () => ({ zone: RECORD.zone, servers: SERVERS }),
      fromServers: async (_planned: PlannedAnswer, _servers: readonly string[], { deadlineMs }: CallOptions) => {
        asked.push('own');
        deadlines.push(deadlineMs);
        looks += 1;
        return own[Math.min(looks, own.length) - 1] ?? [];
      },
      fromResolvers: async () => {
        asked.push('resolvers');
        return resolver;
      },
    },
  };
  return { given, asked, deadlines };
}

const ALL_SAY_IT = SERVERS.map(says);
const ONE_SAYS_IT = [says('ns1'), silent('ns2')];
const call = (): CallOptions => ({ deadlineMs: Date.now() + 10_000 });

describe('done means answered:', () => {
  it('resolvers are asked only once every server of the zone says it', async () => {
    const { given, asked } = witnesses([ONE_SAYS_IT, ONE_SAYS_IT, ALL_SAY_IT]);
    await inActivity(() => answerActivities(given).awaitAnswers({ records: [RECORD] }));
    expect(asked).toEqual(['zone', 'own', 'own', 'own', 'resolvers']);
  });

  it('a resolver that does not say it yet is waited for, and named when it never does', async () => {
    const { given } = witnesses([ALL_SAY_IT], [silent('resolver')]);
    const failure = await failureOf(inActivity(() => answerActivities(given).awaitAnswers({ records: [RECORD] })));
    expect(failure).toMatchObject({ type: 'NotReadyYet', nonRetryable: false });
    expect(failure.details[0]?.problems[0]?.message).toContain(
      '2 of 3 name servers answer for A app.zone.test; resolver says that there is no such name',
    );
  });

  it('silence is asked of every server as well', async () => {
    const { given, asked } = witnesses([ONE_SAYS_IT, SERVERS.map(silent)], []);
    await inActivity(() => answerActivities(given).awaitSilence({ cluster: 'local', records: [RECORD] }));
    expect(asked).toEqual(['zone', 'own', 'own', 'resolvers']);
  });
});

describe('the look right after a write', () => {
  it('is yes when every server and resolver says it, and asks the zone for nothing', async () => {
    const { given, asked } = witnesses([ALL_SAY_IT]);
    expect(await isAnswered(given, RECORD, call())).toBe(true);
    expect(asked).toEqual(['own', 'resolvers']);
  });

  it.each([
    { what: 'one server does not say it', own: ONE_SAYS_IT, resolver: [says('resolver')] },
    { what: 'one resolver does not say it', own: ALL_SAY_IT, resolver: [silent('resolver')] },
  ])('is no when $what', async ({ own, resolver }) => {
    expect(await isAnswered(witnesses([own], resolver).given, RECORD, call())).toBe(false);
  });

  it('is no, without a question, while nobody knows the servers', async () => {
    const { given, asked } = witnesses([ALL_SAY_IT], [], false);
    expect(await isAnswered(given, RECORD, call())).toBe(false);
    expect(asked).toEqual([]);
  });

  it('is no when the look itself fails: the write has happened', async () => {
    const { given } = witnesses([ALL_SAY_IT]);
    given.answers.fromServers = () => Promise.reject(new Error('no network'));
    expect(await isAnswered(given, RECORD, call())).toBe(false);
  });

  it('is over within 300 ms, or sooner where the call has less time', async () => {
    const { given, deadlines } = witnesses([ALL_SAY_IT]);
    const startedMs = Date.now();
    await isAnswered(given, RECORD, { deadlineMs: startedMs + 60_000 });
    await isAnswered(given, RECORD, { deadlineMs: startedMs + 5 });
    expect(deadlines[0]).toBeGreaterThanOrEqual(startedMs + 300);
    expect(deadlines[0]).toBeLessThanOrEqual(Date.now() + 300);
    expect(deadlines[1]).toBe(startedMs + 5);
  });
});
