// What an activity did is kept in the inventory and told in the timeline, also when it failed half-way. It decides nothing.
import { confirm, type Effect, strike } from '../spec/inventory.ts';
import { failureOf } from './failure.ts';
import { noteEffects, type Run } from './run.ts';

export async function recorded<T extends { effects: Effect[] }>(run: Run, work: () => Promise<T>): Promise<T> {
  const settle = (effects: readonly Effect[]): void => {
    run.state.inventory = strike(confirm(run.state.inventory, effects), effects);
    noteEffects(run, effects);
  };
  try {
    const done = await work();
    settle(done.effects);
    return done;
  } catch (error) {
    settle(failureOf(error).effects);
    throw error;
  }
}
