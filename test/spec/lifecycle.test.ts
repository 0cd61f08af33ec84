import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/spec/errors.ts';
import {
  isEnd,
  LIFECYCLE,
  MESSAGES,
  type MessageName,
  PHASES,
  QUERIES,
  SITUATIONS,
  situationOf,
  TRANSITIONS,
} from '../../src/spec/lifecycle.ts';
import { lifecycleTable } from '../support/lifecycle-table.ts';

describe('the lifecycle table', () => {
  it('has an answer for every message in every situation', () => {
    const empty = SITUATIONS.flatMap((phase) =>
      MESSAGES.filter((message) => LIFECYCLE[phase][message] === undefined).map((message) => `${phase} × ${message}`),
    );
    expect(empty).toEqual([]);
    expect(Object.keys(LIFECYCLE).sort()).toEqual([...SITUATIONS].sort());
  });

  it('refuses only by names of the error table, with a reason', () => {
    for (const phase of SITUATIONS) {
      for (const message of MESSAGES) {
        const cell = LIFECYCLE[phase][message];
        if (cell.answer !== 'refuse') continue;
        expect(ERRORS).toHaveProperty(cell.code);
        expect(cell.why.length, `${phase} × ${message}`).toBeGreaterThan(10);
      }
    }
  });

  it('answers every query in every situation', () => {
    for (const situation of SITUATIONS)
      for (const query of QUERIES) expect(LIFECYCLE[situation][query].answer).toBe('accept');
  });

  it('accepts each message in its situations and in no other', () => {
    const accepting = (message: MessageName) =>
      SITUATIONS.filter((situation) => LIFECYCLE[situation][message].answer === 'accept');
    expect(accepting('submit')).toEqual(['requested']);
    for (const message of ['change', 'transfer'] as const) expect(accepting(message)).toEqual(['ready']);
    for (const message of ['decide', 'decision'] as const)
      expect(accepting(message)).toEqual(['awaiting-approval', 'ready+awaiting-approval']);
    expect(accepting('teardown')).toEqual(['ready', 'ready+awaiting-approval', 'blocked+undoing']);
    expect(accepting('cancel')).toEqual([
      'requested',
      'awaiting-approval',
      'provisioning',
      'ready+awaiting-approval',
      'ready+applying',
    ]);
    for (const message of ['retry', 'skip', 'abandon'] as const)
      expect(accepting(message)).toEqual(['blocked', 'blocked+undoing']);
  });

  it('accepts nothing but queries once a run is over', () => {
    for (const phase of PHASES.filter(isEnd)) {
      const accepted = MESSAGES.filter((message) => LIFECYCLE[phase][message].answer !== 'refuse');
      expect(accepted).toEqual([...QUERIES]);
    }
  });

  it('tells the situation from the phase and the operation beside it', () => {
    expect(situationOf('ready', null)).toBe('ready');
    expect(situationOf('ready', { step: 'applying' })).toBe('ready+applying');
    expect(situationOf('blocked', { step: 'undoing' })).toBe('blocked+undoing');
    expect(situationOf('deleting', null)).toBe('deleting');
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
