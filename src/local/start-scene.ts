// The story that `npm start` plays on a running platform: a member asks, other people approve, it becomes ready; and, when
// asked for, the member deletes it again. It prints through `say` and stops nothing.
import { readFile } from 'node:fs/promises';
import type { NaasClient } from '../client/api.ts';
import { createNaasClient } from '../client/index.ts';
import { readCatalog } from '../config.ts';
import { localProver } from '../providers/proofs/local-issuer.ts';
import type { Team } from '../spec/catalog.ts';
import { NaasError } from '../spec/errors.ts';
import { isEnd, type Phase } from '../spec/lifecycle.ts';
import { lookup } from '../spec/lookup.ts';
import { type NamespaceRequest, parseRequestText } from '../spec/request.ts';
import { resolve } from '../spec/resolve.ts';
import type { Status } from '../spec/status.ts';
import type { PlatformData } from './platform-data.ts';
import { type Person, REQUESTER, seatPeople } from './start-people.ts';

export interface Stage {
  platform: PlatformData;
  signal: AbortSignal;
  say(line: string): void;
}

export interface ReadyScene {
  status: Status;
  /** When people were asked; undefined when policy approved. */
  askedPeopleAt: string | undefined;
}

export interface Casting {
  request: NamespaceRequest;
  requester: Person;
}

/** Reads the request and holds it against the catalog: what is wrong with it is said before a server is started. */
export async function cast(file: string, catalogDir: string, cluster: string): Promise<Casting> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new NaasError(
      { code: 'InvalidRequest', message: `cannot read the request: ${String(error)}`, file },
      { cause: error },
    );
  });
  const request = parseRequestText(text, file);
  const catalog = readCatalog(catalogDir);
  const { team } = resolve(request, catalog, { cluster });
  return { request, requester: memberOf(lookup(catalog.teams, team)) };
}

/** A member of the team, not one of its leads, where the team tells them apart. */
function memberOf(team: Team | undefined): Person {
  const groups = team?.groups ?? [];
  const members = groups.filter((group) => team?.leads.groups.includes(group) === false);
  return { subject: REQUESTER, groups: members.length > 0 ? members : groups };
}

export async function playUntilReady(stage: Stage, { request, requester }: Casting): Promise<ReadyScene> {
  return as(stage, requester, async (client) => {
    const answer = await client.submit(request);
    stage.say(`  ✓ ${requester.subject} (${requester.groups.join(', ')}) asked for ${answer.name}: ${answer.phase}`);
    const waiting = await client.status(answer.name);
    const askedPeopleAt = waiting.phase === 'awaiting-approval' ? waiting.waitsFor?.since : undefined;
    if (waiting.phase === 'awaiting-approval') await playApprovals(stage, waiting);
    return { status: await until(stage, client, answer.name, 'ready'), askedPeopleAt };
  });
}

export async function playRemoval(stage: Stage, name: string, requester: Person): Promise<Status> {
  return as(stage, requester, async (client) => {
    await client.teardown(name, { reason: 'the demonstration is over' });
    return until(stage, client, name, 'deleted');
  });
}

async function playApprovals(stage: Stage, status: Status): Promise<void> {
  for (const { slot, why, person } of seatPeople(status.approval?.slots ?? [])) {
    stage.signal.throwIfAborted();
    const answer = await as(stage, person, (client) =>
      client.decide(status.name, { decision: 'approve', reason: 'played by npm start' }),
    );
    const groups = person.groups.length === 0 ? '' : ` (${person.groups.join(', ')})`;
    stage.say(`  ✓ ${person.subject}${groups}, played by this script, approved as ${answer.slot}: ${why}`);
    if (answer.slot !== slot) stage.say(`    (the seat was first meant to be ${slot})`);
  }
}

async function until(stage: Stage, client: NaasClient, name: string, wanted: Phase): Promise<Status> {
  for await (const status of client.watch(name, { signal: stage.signal, intervalMs: LOOK_EVERY_MS })) {
    if (status.phase === wanted) return status;
    if (isEnd(status.phase) || status.phase === 'blocked') throw endedElsewhere(status, wanted);
  }
  stage.signal.throwIfAborted();
  throw new NaasError({ code: 'Unknown', message: `${name} was not seen to become ${wanted}` });
}

/** Finer than usual, because the demonstration is about how quick it is. */
const LOOK_EVERY_MS = 50;

function endedElsewhere(status: Status, wanted: Phase): NaasError {
  const problems = [...status.problems, ...(status.blocked?.problems ?? [])];
  const message = `${status.name} should become ${wanted} and is ${status.phase}`;
  return new NaasError([{ code: problems[0]?.code ?? 'Unexpected', message }, ...problems]);
}

async function as<T>(stage: Stage, person: Person, act: (client: NaasClient) => Promise<T>): Promise<T> {
  const { platform } = stage;
  const client = createNaasClient({
    address: platform.temporalAddress,
    namespace: platform.temporalNamespace,
    prove: localProver({ keyFile: platform.issuerKeyFile, ...person }),
  });
  try {
    return await act(client);
  } finally {
    await client.close();
  }
}
