import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/spec/errors.ts';
import { isEnd, LIFECYCLE, MESSAGES, PHASES, TRANSITIONS } from '../../src/spec/lifecycle.ts';
import { lifecycleTable } from '../support/lifecycle-table.ts';

describe('the lifecycle table', () => {
  it('has an answer for every message in every phase', () => {
    const empty = PHASES.flatMap((phase) =>
      MESSAGES.filter((message) => LIFECYCLE[phase][message] === undefined).map((message) => `${phase} × ${message}`),
    );
    expect(empty).toEqual([]);
    expect(Object.keys(LIFECYCLE)).toEqual([...PHASES]);
  });

  it('refuses only by names of the error table, with a reason', () => {
    for (const phase of PHASES) {
      for (const message of MESSAGES) {
        const cell = LIFECYCLE[phase][message];
        if (cell.answer !== 'refuse') continue;
        expect(ERRORS).toHaveProperty(cell.code);
        expect(cell.why.length, `${phase} × ${message}`).toBeGreaterThan(10);
      }
    }
  });

  it('answers every query in every phase', () => {
    for (const phase of PHASES)
      for (const query of ['status', 'plan', 'history'] as const) expect(LIFECYCLE[phase][query].answer).toBe('accept');
  });

  it('takes a decision only while one is awaited, a teardown only when ready, a cancel only before anything is final', () => {
    const accepting = (message: 'decide' | 'decision' | 'teardown' | 'cancel' | 'submit') =>
      PHASES.filter((phase) => LIFECYCLE[phase][message].answer === 'accept');
    expect(accepting('decide')).toEqual(['awaiting-approval']);
    expect(accepting('decision')).toEqual(['awaiting-approval']);
    expect(accepting('teardown')).toEqual(['ready']);
    expect(accepting('cancel')).toEqual(['requested', 'awaiting-approval', 'provisioning']);
    expect(accepting('submit')).toEqual(['requested']);
  });

  it('accepts nothing but queries once a run is over', () => {
    for (const phase of PHASES.filter(isEnd)) {
      for (const message of ['submit', 'decide', 'decision', 'teardown', 'cancel'] as const)
        expect(LIFECYCLE[phase][message].answer).toBe('refuse');
    }
  });

  it('leads from the first phase to every other, and from every phase to an end', () => {
    const reachable = (from: (typeof PHASES)[number]): Set<string> => {
      const seen = new Set<string>();
      const queue = [from];
      for (let phase = queue.pop(); phase !== undefined; phase = queue.pop()) {
        if (seen.has(phase)) continue;
        seen.add(phase);
        queue.push(...TRANSITIONS[phase]);
      }
      return seen;
    };
    expect(reachable('requested')).toEqual(new Set(PHASES));
    for (const phase of PHASES)
      expect([...reachable(phase)].some((each) => isEnd(each as (typeof PHASES)[number]))).toBe(true);
  });

  it('stands in the docs as it stands in the code', () => {
    expect(readFileSync(new URL('../../docs/lifecycle.md', import.meta.url), 'utf8')).toContain(lifecycleTable());
  });
});
