// What the switch says, from any content that a ConfigMap can have.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describePause, pausedProblem, pauseIn, pauseOf } from '../../src/spec/switch.ts';

const NOW = '2026-05-01T10:00:00.000Z';
const SINCE = '2026-05-01T09:00:00.000Z';

describe('the switch', () => {
  it('lets naas write where it is not there, and where it says so', () => {
    expect(pauseIn(undefined, NOW)).toBeUndefined();
    expect(pauseIn({ data: { paused: 'false', by: 'ada' } }, NOW)).toBeUndefined();
  });

  it('stops it with the name, the reason and the time that stand there', () => {
    const data = { paused: 'true', by: 'ada@example.com', reason: 'etcd is being moved', since: SINCE };
    const pause = pauseIn({ data }, NOW);
    expect(pause).toEqual({ by: 'ada@example.com', reason: 'etcd is being moved', since: SINCE });
    expect(pause && describePause(pause)).toBe(`naas is paused by ada@example.com since ${SINCE}: etcd is being moved`);
  });

  it.each([
    ['an empty object', {}],
    ['no data', { metadata: {} }],
    ['data without the word', { data: { unpaused: 'true' } }],
    ['another word', { data: { paused: 'yes' } }],
    ['another spelling', { data: { paused: 'False' } }],
    ['a blank beside it', { data: { paused: 'false ' } }],
    ['data of another shape', { data: ['paused'] }],
    ['a boolean, which no ConfigMap holds', { data: { paused: false } }],
  ])('counts %s as paused: the safe side', (_, configMap) => {
    expect(pauseIn(configMap, NOW)).toEqual({ by: 'somebody', reason: '', since: NOW });
  });

  it('falls back on the age of the ConfigMap where its own time is none', () => {
    const metadata = { creationTimestamp: SINCE };
    expect(pauseIn({ metadata, data: { paused: 'true', since: 'this morning' } }, NOW)?.since).toBe(SINCE);
  });

  it('is paused by everything but "false", and what it tells is bounded and of one line', () => {
    const anything = fc.record({
      data: fc.dictionary(fc.constantFrom('paused', 'by', 'reason', 'since'), fc.string()),
    });
    fc.assert(
      fc.property(anything, ({ data }) => {
        const pause = pauseIn(
          { data: { ...data, reason: `${data['reason'] ?? ''}\u001b[31m${'x'.repeat(1000)}` } },
          NOW,
        );
        expect(pause === undefined).toBe(data['paused'] === 'false');
        if (pause === undefined) return;
        expect(describePause(pause)).not.toMatch(/\p{Cc}/u);
        expect(describePause(pause).length).toBeLessThan(800);
        expect(new Date(pause.since).toISOString()).toBe(pause.since);
      }),
    );
  });
});

describe('the problem that a refused write tells', () => {
  const pause = { by: 'ada', reason: 'why', since: SINCE };

  it('carries the pause through JSON', () => {
    const problem = JSON.parse(JSON.stringify(pausedProblem(pause)));
    expect(problem.message).toContain('naas resume');
    expect(pauseOf([problem], NOW)).toEqual(pause);
  });

  it('is told as far as it is known when another build wrote it', () => {
    expect(pauseOf([{ code: 'Paused', message: 'paused' }], NOW)).toEqual({ by: 'somebody', reason: '', since: NOW });
  });
});
