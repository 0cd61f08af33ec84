// Contenders in turns on the same stand, so that whatever slows the machine slows all of them. Each tells its own time,
// because what it prepares is not part of it.
import { setTimeout } from 'node:timers/promises';

export interface Turns {
  rounds: number;
  /** Not counted: first calls pay for caches that later ones find. */
  warmups: number;
  /** The servers finish what the last turn left them (controllers, compactions) before the next one begins. */
  restMs: number;
  signal: AbortSignal;
}

export async function interleaved<K extends string>(
  contenders: Readonly<Record<K, (turn: string) => Promise<number>>>,
  { rounds, warmups, restMs, signal }: Turns,
): Promise<Record<K, number[]>> {
  const names = Object.keys(contenders) as K[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = -warmups; round < rounds; round += 1) {
    for (let step = 0; step < names.length; step += 1) {
      signal.throwIfAborted();
      // Another one begins each round: nobody always comes after the same neighbour's leftovers.
      const name = names[(round + warmups + step) % names.length] as K;
      const ms = await contenders[name](`${round + warmups}`);
      if (round >= 0) samples[name].push(ms);
      await setTimeout(restMs, undefined, { signal });
    }
  }
  return samples;
}
