// The shape of what callers send, message by message, before anything reads it. No server: the checks are pure.
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it, vi } from 'vitest';
import type { Problem } from '../../src/spec/errors.ts';
import {
  checkChange,
  checkDecision,
  checkEnding,
  checkPreview,
  checkRetry,
  checkSkip,
  checkSubmission,
  checkTransfer,
} from '../../src/workflows/payload.ts';

vi.mock('@temporalio/workflow', () => import('../../src/testing/workflow-runtime.ts'));

const by = 'a.b.c';
const submission = { requestId: 'r-1', mode: 'create', request: {}, by };
const MESSAGES: [name: string, check: (message: unknown) => unknown, good: Record<string, unknown>][] = [
  ['submit', checkSubmission, submission],
  ['preview', checkPreview, { name: 'shop', submission }],
  ['decide', checkDecision, { proof: by, planDigest: 'p', changeDigest: 'c', decision: 'approve', reason: '' }],
  ['teardown', checkEnding, { requestId: 'r-1', by, reason: 'over' }],
  ['change', checkChange, { requestId: 'r-1', request: {}, by }],
  ['transfer', checkTransfer, { requestId: 'r-1', team: 'payments', by }],
  ['retry', checkRetry, { requestId: 'r-1', by }],
  ['skip', checkSkip, { requestId: 'r-1', reason: 'no use', by }],
];

function problemsOf(check: (message: unknown) => unknown, message: unknown): Problem[] {
  try {
    check(message);
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    const [told] = (error.details ?? []) as { problems: Problem[] }[];
    return told?.problems ?? [];
  }
  return [];
}

function nested(depth: number): unknown {
  let value: unknown = 'end';
  for (let level = 0; level < depth; level += 1) value = { value };
  return value;
}

describe.each(MESSAGES)('%s', (_name, check, good) => {
  it('is taken as it should be', () => {
    expect(problemsOf(check, good)).toEqual([]);
  });

  it.each([undefined, null, 'text', 7, [good]])('is refused as %j', (message) => {
    expect(problemsOf(check, message)).toMatchObject([{ code: 'InvalidRequest' }]);
  });

  it('is refused without any of its fields that it needs, by name', () => {
    for (const field of Object.keys(good).filter((each) => each !== 'reason')) {
      const { [field]: _left, ...rest } = good;
      expect(problemsOf(check, rest).map((problem) => problem.field)).toEqual([field]);
    }
  });

  it('is refused with a field that is none of its own', () => {
    expect(problemsOf(check, { ...good, resume: {} })).toMatchObject([{ field: 'resume' }]);
  });
});

describe('a text', () => {
  it.each(['', 'x'.repeat(201)])('of no sane length is no id', (requestId) => {
    expect(problemsOf(checkRetry, { requestId, by })).toMatchObject([{ field: 'requestId' }]);
  });

  it('that is neither yes nor no decides nothing', () => {
    const decision = { proof: by, planDigest: 'p', changeDigest: 'c', decision: 'perhaps' };
    expect(problemsOf(checkDecision, decision)).toMatchObject([{ field: 'decision' }]);
  });
});

describe('a request', () => {
  it('that is too deep to be written again is refused before it reaches an activity', () => {
    expect(problemsOf(checkSubmission, { ...submission, request: nested(1_001) })).toMatchObject([
      { field: 'request' },
    ]);
    expect(problemsOf(checkSubmission, { ...submission, request: nested(1_000) })).toEqual([]);
  });
});
