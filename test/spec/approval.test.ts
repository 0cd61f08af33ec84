import { describe, expect, it } from 'vitest';
import { type ApprovalSlot, type ApprovalState, type Decision, judge, openSlots } from '../../src/spec/approval.ts';
import fc from '../support/properties.ts';

const AT = '2026-01-01T00:00:00.000Z';

const teamLead: ApprovalSlot = {
  slot: 'team-lead',
  why: 'staging needs a lead',
  users: ['grace@example.com'],
  groups: ['shop-leads'],
  escalation: { users: [], groups: ['platform-operators'] },
};
const platform: ApprovalSlot = {
  slot: 'platform',
  why: 'production',
  users: [],
  groups: ['platform-team'],
  escalation: { users: [], groups: [] },
};

function state(slots: ApprovalSlot[] = [teamLead]): ApprovalState {
  return { requester: 'ada@example.com', planDigest: 'p1', changeDigest: 'c1', slots, escalated: false, counted: [] };
}

function decision(subject: string, groups: string[] = [], more: Partial<Decision> = {}): Decision {
  return {
    by: { subject, groups },
    planDigest: 'p1',
    changeDigest: 'c1',
    decision: 'approve',
    nonce: `n-${subject}`,
    reason: '',
    ...more,
  };
}

function codeOf(verdict: ReturnType<typeof judge>): string {
  return 'refused' in verdict ? verdict.refused.code : `counted ${verdict.counted.slot}`;
}

describe('judging a decision', () => {
  it.each([
    ['a person on the list fills the slot', decision('grace@example.com'), 'counted team-lead'],
    ['a member of a listed group fills the slot', decision('linus@example.com', ['shop-leads']), 'counted team-lead'],
    ['the requester never counts, not even as a lead', decision('ada@example.com', ['shop-leads']), 'NotAllowed'],
    ['somebody off the list is told who may', decision('eve@example.com', ['others']), 'NotAllowed'],
    [
      'the escalation group does not count before the escalation',
      decision('olga@example.com', ['platform-operators']),
      'NotAllowed',
    ],
    ['another plan is stale', decision('grace@example.com', [], { planDigest: 'p0' }), 'StaleDigest'],
    ['another change is stale', decision('grace@example.com', [], { changeDigest: 'c0' }), 'StaleDigest'],
    ['a rejection takes the slot, too', decision('grace@example.com', [], { decision: 'reject' }), 'counted team-lead'],
  ])('%s', (_name, given, expected) => {
    expect(codeOf(judge(state(), given, AT))).toBe(expected);
  });

  it('leaves a seat open where its person said no', () => {
    const verdict = judge(state(), decision('grace@example.com', [], { decision: 'reject' }), AT);
    if ('refused' in verdict) throw new Error(verdict.refused.message);
    expect(openSlots({ ...state(), counted: verdict.all }).map(({ slot }) => slot)).toEqual(['team-lead']);
  });

  it('counts the escalation group after the escalation', () => {
    expect(
      codeOf(judge({ ...state(), escalated: true }, decision('olga@example.com', ['platform-operators']), AT)),
    ).toBe('counted team-lead');
  });

  it('lets one person fill one slot only, even when on both lists', () => {
    const two = state([teamLead, platform]);
    const both = decision('grace@example.com', ['platform-team']);
    const first = judge(two, both, AT);
    if (!('counted' in first)) throw new Error('the first decision did not count');
    two.counted = first.all;
    expect(codeOf(judge(two, { ...both, nonce: 'another' }, AT))).toBe('AlreadyDecided');
    expect(openSlots(two).map((slot) => slot.slot)).toEqual(['platform']);
  });

  it('refuses a proof that was used before, whoever shows it', () => {
    const two = state([teamLead, platform]);
    two.counted.push({
      slot: 'team-lead',
      fits: ['team-lead'],
      subject: 'grace@example.com',
      decision: 'approve',
      reason: '',
      nonce: 'once',
      at: AT,
    });
    expect(codeOf(judge(two, decision('pat@example.com', ['platform-team'], { nonce: 'once' }), AT))).toBe(
      'AlreadyDecided',
    );
  });

  it('finds a seating when there is one, whoever comes first', () => {
    for (const order of [
      ['both', 'lead'],
      ['both', 'platform'],
      ['lead', 'both'],
      ['platform', 'both'],
    ]) {
      const two = state([teamLead, platform]);
      const groups: Record<string, string[]> = {
        both: ['shop-leads', 'platform-team'],
        lead: ['shop-leads'],
        platform: ['platform-team'],
      };
      for (const who of order) {
        const verdict = judge(two, decision(`${who}@example.com`, groups[who]), AT);
        if (!('counted' in verdict)) throw new Error(`${order.join(', ')}: ${verdict.refused.message}`);
        two.counted = verdict.all;
      }
      expect(openSlots(two)).toEqual([]);
    }
  });

  it('is never satisfied without as many different people as slots, in any order of decisions', () => {
    const people = fc.record({
      subject: fc.constantFrom(
        'ada@example.com',
        'grace@example.com',
        'linus@example.com',
        'pat@example.com',
        'eve@example.com',
      ),
      groups: fc.subarray(['shop-leads', 'platform-team', 'others']),
      planDigest: fc.constantFrom('p1', 'p0'),
      nonce: fc.constantFrom('n1', 'n2', 'n3', 'n4', 'n5'),
    });
    fc.assert(
      fc.property(fc.array(people, { maxLength: 12 }), (attempts) => {
        const two = state([teamLead, platform]);
        for (const { subject, groups, planDigest, nonce } of attempts) {
          const verdict = judge(two, decision(subject, groups, { planDigest, nonce }), AT);
          if ('counted' in verdict) two.counted = verdict.all;
        }
        const subjects = two.counted.map((each) => each.subject);
        expect(subjects).not.toContain('ada@example.com');
        expect(new Set(subjects).size).toBe(subjects.length);
        expect(new Set(two.counted.map((each) => each.slot)).size).toBe(two.counted.length);
        expect(new Set(two.counted.map((each) => each.nonce)).size).toBe(two.counted.length);
      }),
      { numRuns: 3_000 },
    );
  });
});
