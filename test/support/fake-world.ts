// The fake as the world of a story: it goes on when the story waits for it.
import type { FakeNaas } from '../../src/testing/index.ts';
import type { World } from './client-contract.ts';

export function fakeWorld(fake: FakeNaas): World {
  const breaking = new Set<string>();
  const as: World['as'] = ({ subject, groups }) => fake.as({ subject, groups: [...groups] });
  const anybody = as({ subject: 'anybody@example.com', groups: [] });
  return {
    as,
    async until(name, phase) {
      const status = breaking.delete(name) ? await fake.fail(name) : await on(name, phase);
      if (status.phase !== phase) throw new Error(`${name} is ${status.phase}, not ${phase}`);
      return status;
    },
    async breaks(name) {
      breaking.add(name);
    },
  };

  function on(name: string, phase: string) {
    if (phase === 'ready') return fake.ready(name);
    return phase === 'deleted' ? fake.deleted(name) : anybody.status(name);
  }
}
