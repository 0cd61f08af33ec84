import { describe, expect, it } from 'vitest';
import type { DomainRuns } from '../../src/activities/domains.ts';
import { delegationsFor, domainCoverActivities, surveyDomains } from '../../src/activities/survey-domains.ts';
import type { Holding, HoldingStatus } from '../../src/spec/domain-status.ts';
import { catalog, failureOf, inActivity, WatchedCluster } from '../support/activity-world.ts';

const holding = (name: string, team: string, more: Partial<Holding> = {}): HoldingStatus => ({
  ...{ name, team, state: 'verified', agreed: [], owner: 'ada', since: '2026-01-01T00:00:00Z', records: [] },
  ...more,
  awaits: [],
  todo: [],
});

/** Each domain is asked for once a question, however many names it has. */
function runsOf(holdings: Record<string, HoldingStatus[]>) {
  const asked: string[] = [];
  const runs: DomainRuns = {
    verified: async () => [],
    unwatched: async () => [],
    tick: async () => undefined,
    status: async (domain) => {
      asked.push(domain);
      const found = holdings[domain];
      return found && { domain, holdings: found, timeline: [] };
    },
  };
  return { runs, asked };
}

const HELD = {
  'example.org': [holding('example.org', 'shop')],
  'soon.org': [holding('soon.org', 'shop', { state: 'pending' })],
};
const OPTIONS = { deadlineMs: Date.now() + 60_000 };
const name = (text: string, domain: string) => ({ name: text, domain });

const reachOf = (...names: { name: string; domain?: string }[]) =>
  ({
    names: names.map((each) => ({ ...each, zone: '', list: '', publisher: 'owner', ttlSeconds: 1, records: [] })),
  }) as never;

describe('what a team may name below domains', () => {
  it('is asked of each domain once; names in zones of the installation are asked of nobody', async () => {
    const { runs, asked } = runsOf(HELD);
    const reach = reachOf(name('a.example.org', 'example.org'), name('b.example.org', 'example.org'), {
      name: 'c.naas.test',
    });
    expect(await surveyDomains(runs, { team: 'shop', reach }, OPTIONS)).toEqual({ problems: [], notices: [] });
    expect(asked).toEqual(['example.org']);
  });

  it('is refused where the team holds nothing of it, and told where its proof is still to come', async () => {
    const { runs } = runsOf(HELD);
    const reach = reachOf(
      name('a.example.org', 'example.org'),
      name('b.soon.org', 'soon.org'),
      name('c.none.org', 'none.org'),
    );
    const mine = await surveyDomains(runs, { team: 'shop', reach }, OPTIONS);
    expect(mine.problems).toMatchObject([{ code: 'NotAllowed', field: 'hostnames', value: 'c.none.org' }]);
    expect(mine.problems[0]?.hint).toContain('naas domain add none.org --team shop');
    expect(mine.notices).toEqual(['b.soon.org waits until team shop has proven its part of soon.org']);
    const theirs = await surveyDomains(runs, { team: 'payments', reach }, OPTIONS);
    expect(theirs.problems.map(({ value }) => value)).toEqual(['a.example.org', 'b.soon.org', 'c.none.org']);
  });

  it('is waited for only as long as it may still come', async () => {
    const { runs } = runsOf(HELD);
    const { requireCover } = domainCoverActivities(new WatchedCluster(), runs);
    const names = [name('a.example.org', 'example.org'), name('b.soon.org', 'soon.org')];
    expect(await inActivity(() => requireCover({ team: 'shop', names }))).toEqual({ open: [names[1]] });
    const lost = await failureOf(inActivity(() => requireCover({ team: 'payments', names: [names[1] as never] })));
    expect(lost).toMatchObject({ type: 'NotAllowed' });
  });
});

describe('zones that were handed over', () => {
  it('are those of the domains that a request names, as soon as the DNS above refers to them', async () => {
    const zone = { since: '', nameServers: [] };
    const { runs, asked } = runsOf({
      'example.org': [
        holding('apps.example.org', 'shop', { delegation: { ...zone, state: 'delegated' } }),
        holding('next.example.org', 'shop', { delegation: { ...zone, state: 'waiting' } }),
        holding('old.example.org', 'shop', { state: 'leaving', delegation: { ...zone, state: 'leaving' } }),
      ],
    });
    const hostnames = ['x.apps.example.org', 'cart.naas.test'].map((each) => ({
      name: each,
      protocol: 'http' as const,
      port: 80,
    }));
    expect(await delegationsFor(runs, { hostnames }, catalog, OPTIONS)).toEqual(['apps.example.org']);
    expect(asked).toEqual(['example.org']);
  });
});
