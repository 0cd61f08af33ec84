// A request for one hostname, followed until somebody is told what became of it. Asserts nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '../../src/spec/errors.ts';
import { NaasError } from '../../src/spec/errors.ts';
import { DEV, type Stand } from './scenario.ts';

const LOOK_EVERY_MS = 100;
const HEARD_WITHIN_MS = 30_000;

export interface Ended {
  name: string;
  /** Absent of who has it. */
  problems?: readonly Pick<Problem, 'code' | 'message'>[];
  tookMs: number;
}

/** Until somebody is told what became of the request: at once, or by its status. */
export async function askForHostname(stand: Stand, name: string, hostname: string, protocol: string): Promise<Ended> {
  const begun = performance.now();
  const ended = (problems?: Ended['problems']): Ended => ({
    name,
    tookMs: performance.now() - begun,
    ...(problems === undefined ? {} : { problems }),
  });
  const request = stand.request(name, { ...DEV, hostnames: [{ name: hostname, protocol }] });
  try {
    await stand.owner.submit(request, { requestId: `${name}-${crypto.randomUUID()}` });
  } catch (error) {
    if (!(error instanceof NaasError)) throw error;
    return ended(error.problems);
  }
  while (performance.now() - begun < HEARD_WITHIN_MS) {
    const status = await stand.owner.status(name);
    if (status.problems.length > 0) return ended(status.problems);
    if (status.phase === 'ready') return ended();
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`${name} was told nothing for ${HEARD_WITHIN_MS} ms`);
}
