// Races for one name: eight clients at once, and teardown against cancel against submit. Exactly one owner at every instant,
// by the API server's own log; everybody else gets a typed answer
// (how soon: answers-in-time.test.ts).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIFECYCLE, type MessageName, PHASES } from '../../src/spec/lifecycle.ts';
import { ANNOTATION, LABEL, WORKER_USER } from '../../src/spec/names.ts';
import { byTenant, readAudit } from '../support/audit.ts';
import { keysOf, type Snapshot, snapshot } from '../support/cluster-snapshot.ts';
import { codeOf, openRacers, type Racers } from '../support/name-race.ts';
import { brokenOwnership } from '../support/ownership.ts';
import { inParallel, shared } from '../support/pool.ts';
import { recordProof } from '../support/proof-table.ts';
import { drawFor } from '../support/run-seed.ts';
import { openStand, type Stand } from '../support/scenario.ts';

const FULL = process.env['NAAS_FULL'] === '1';
/** Names that are raced for at the same time, and how often each. */
const NAMES = FULL ? 10 : 5;
const ROUNDS = FULL ? 10 : 2;
/** From the request to well after it is ready. */
const LATEST_MS = 900;
const LOOK_AGAIN_MS = 1_000;
const ALL_ROUNDS_TAKE_MS = 20 * 60_000;

let stand: Stand;
let before: Snapshot;
let racers: Racers;
let look: () => Promise<Snapshot>;
const draw = drawFor('races');
let counted = 0;

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  look = shared(() => snapshot(stand.kube), LOOK_AGAIN_MS);
  racers = openRacers(stand);
  before = await stand.snapshot();
});

afterAll(async () => {
  await racers?.close();
  await stand?.close();
  recordProof('races for one name', counted, racers?.violations.length ?? 1);
});

async function raceFor(name: string, round: number): Promise<void> {
  const { check, race } = racers;
  const { winner } = await race(name, round);
  const [status] = await stand.untilAll([name], ['ready']);
  check(status?.requestId === winner, `${name}: held by ${status?.requestId}, not by who was accepted`);
  checkOwner(await look(), name, winner);
  await stand.teardown(name);
  await stand.untilAll([name], ['deleted']);
  counted += 1;
}

interface Labelled {
  kind: string;
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
}

/** Everything that naas made there is of one life, and of the one request. */
function checkOwner(now: Snapshot, name: string, requestId: string): void {
  const { check } = racers;
  const objects = keysOf(now, name).map((key) => JSON.parse(now.get(key) ?? '{}') as Labelled);
  const home = objects.find((object) => object.kind === 'Namespace');
  check(
    home?.metadata.annotations?.[ANNOTATION.request] === requestId,
    `${name}: the namespace is not of ${requestId}`,
  );
  check(
    home?.metadata.labels?.[LABEL.project] === `project-${requestId}`,
    `${name}: the project is not of ${requestId}`,
  );
  const lives = new Set(objects.flatMap(({ metadata }) => metadata.labels?.[LABEL.incarnation] ?? []));
  check(lives.size === 1, `${name}: objects of ${lives.size} lives`);
}

/** What the lifecycle may say to a message, in whatever phase it comes. */
function answersTo(message: MessageName): Set<string> {
  const refusals = PHASES.map((phase) => LIFECYCLE[phase][message]).flatMap((cell) =>
    cell.answer === 'refuse' ? cell.code : [],
  );
  return new Set([...refusals, 'accepted', 'NotFound']);
}

async function outcomeOf(ask: Promise<{ note?: string | undefined }>): Promise<string> {
  return ask.then(
    // Under way already: this one changed nothing.
    ({ note }) => (note === undefined ? 'accepted' : 'noted'),
    codeOf,
  );
}

async function allAgainstAll(name: string, round: number): Promise<void> {
  const { clients, check, submit } = racers;
  const [ann, bob, cid, dan] = clients;
  if (!ann || !bob || !cid || !dan) throw new Error('there are four clients at least');
  const first = submit(ann, name, `${name}-${round}-a`);
  await new Promise((resolve) => setTimeout(resolve, draw() * LATEST_MS));
  const [teardown, cancel, second] = await Promise.all([
    outcomeOf(bob.teardown(name)),
    outcomeOf(cid.cancel(name)),
    submit(dan, name, `${name}-${round}-d`),
  ]);
  const title = `${name} round ${round} (teardown ${teardown}, cancel ${cancel})`;
  check(teardown === 'noted' || answersTo('teardown').has(teardown), `${title}: teardown`);
  check(cancel === 'noted' || answersTo('cancel').has(cancel), `${title}: cancel`);
  for (const { error, requestId } of [await first, second]) {
    const code = error === undefined ? 'accepted' : codeOf(error);
    check(answersTo('submit').has(code) || code === 'Cancelled', `${title}: ${requestId} was answered ${code}`);
  }
  const [status] = await stand.untilAll([name], ['ready', 'deleted', 'cancelled', 'failed']);
  if (status?.phase === 'ready') {
    const asked = status.requestId === second.requestId ? second : await first;
    check(
      status.requestId === asked.requestId && asked.error === undefined,
      `${title}: ready for ${status.requestId}, who was refused`,
    );
    // Whoever was told "accepted" must have been heard by the life before this one.
    const ended = teardown === 'accepted' || cancel === 'accepted';
    check(!ended || asked === second, `${title}: the first request is ready all the same`);
    await stand.teardown(name);
    await stand.untilAll([name], ['deleted']);
  }
  counted += 1;
}

async function rounds(prefix: string, round: (name: string, round: number) => Promise<void>): Promise<void> {
  const { check, violations } = racers;
  const names = Array.from({ length: NAMES }, (_, index) => `${prefix}-${index}`);
  await inParallel(names, NAMES, async (name) => {
    for (let number = 0; number < ROUNDS; number += 1) {
      await round(name, number).catch((error: unknown) => check(false, `${name} round ${number}: ${error}`));
    }
  });
  const lives = byTenant(await readAudit(stand.auditLog));
  for (const name of names) {
    const events = lives.get(name) ?? [];
    check(events.length > 0, `${name}: the audit log knows nothing of it`);
    for (const violation of brokenOwnership(events, WORKER_USER)) check(false, `${name}: ${violation}`);
  }
  expect(violations).toEqual([]);
  expect(await stand.changesSince(before)).toEqual([]);
}

describe('a race for one name', () => {
  it('has one winner of eight, and a typed answer for the rest', () => rounds('race', raceFor), ALL_ROUNDS_TAKE_MS);

  it(
    'of teardown against cancel against submit leaves one owner or none',
    () => rounds('all', allAgainstAll),
    ALL_ROUNDS_TAKE_MS,
  );
});
