// Eight clients who ask for one name at the same time, and what they were answered. It collects violations and throws none.
import type { NaasClient } from '../../src/client/api.ts';
import { isErrorName, NaasError } from '../../src/spec/errors.ts';
import { DEV, PEOPLE, type Stand } from './scenario.ts';

const CLIENTS = 8;

export interface Answer {
  requestId: string;
  tookMs: number;
  /** Absent where the request was accepted. */
  error?: unknown;
}

export interface Racers {
  clients: readonly NaasClient[];
  violations: readonly string[];
  check(holds: boolean, violation: string): void;
  submit(client: NaasClient, name: string, requestId: string): Promise<Answer>;
  /** Answers who was accepted and how long the others waited. */
  race(name: string, round: number): Promise<{ winner: string; waitedMs: number[] }>;
  close(): Promise<void>;
}

export function openRacers(stand: Stand): Racers {
  const clients = Array.from({ length: CLIENTS }, () => stand.clientOf(PEOPLE.owner));
  const violations: string[] = [];
  const check = (holds: boolean, violation: string): void => {
    if (!holds) violations.push(violation);
  };

  /** Each asks for a project of its own, so that no two of them mean the same. */
  async function submit(client: NaasClient, name: string, requestId: string): Promise<Answer> {
    const startedMs = performance.now();
    const request = { ...stand.request(name, DEV), project: `project-${requestId}` };
    const error = await client.submit(request, { requestId }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const tookMs = performance.now() - startedMs;
    return { requestId, tookMs, ...(error === undefined ? {} : { error }) };
  }

  async function race(name: string, round: number): Promise<{ winner: string; waitedMs: number[] }> {
    const answers = await Promise.all(
      clients.map((client, index) => submit(client, name, `${name}-${round}-${index}`)),
    );
    const accepted = answers.filter(({ error }) => error === undefined);
    const refused = answers.filter(({ error }) => error !== undefined);
    check(accepted.length === 1, `${name} round ${round}: ${accepted.length} were accepted`);
    for (const { error, requestId } of refused)
      check(codeOf(error) === 'Conflict', `${requestId}: refused as ${codeOf(error)}`);
    return { winner: accepted[0]?.requestId ?? '', waitedMs: refused.map(({ tookMs }) => tookMs) };
  }

  const close = async (): Promise<void> => {
    await Promise.all(clients.map((client) => client.close()));
  };
  return { clients, violations, check, submit, race, close };
}

export function codeOf(error: unknown): string {
  return error instanceof NaasError && isErrorName(error.code) ? error.code : `untyped (${error})`;
}
