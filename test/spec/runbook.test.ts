// Which section helps with which block: decided by the error and by what keeps the namespace.
import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorName, isErrorName } from '../../src/spec/errors.ts';
import { isKubernetesOwn } from '../../src/spec/finalizers.ts';
import { blockedSection, SECTIONS } from '../../src/spec/runbook.ts';
import type { Blocker } from '../../src/spec/status.ts';

const look = 'kubectl get x';
const kept = (...blockers: Omit<Blocker, 'look'>[]) =>
  blockedSection({
    problems: [{ code: 'Blocked', message: '' }],
    blockers: blockers.map((blocker) => ({ ...blocker, look })),
  });
const by = (code: ErrorName) => blockedSection({ problems: [{ code, message: '' }], blockers: [] });

describe('a namespace that does not die', () => {
  it('is held by a foreign finalizer, be there others beside it', () => {
    expect(kept({ kind: 'Service', count: 1, finalizers: ['example.com/hold'] })).toBe('blocked-finalizer');
    expect(kept({ kind: 'Pod', count: 2, finalizers: ['kubernetes.io/pvc-protection', 'example.com/hold'] })).toBe(
      'blocked-finalizer',
    );
  });

  it('is overdue where only Kubernetes’ own are left, or none', () => {
    expect(kept({ kind: 'PersistentVolumeClaim', count: 1, finalizers: ['kubernetes.io/pvc-protection'] })).toBe(
      'blocked-overdue',
    );
    expect(kept({ kind: 'Pod', count: 3 })).toBe('blocked-overdue');
    expect(kept()).toBe('blocked-overdue');
  });

  it('is held by a failing API before anything else: the rest cannot be seen', () => {
    expect(
      kept(
        { kind: 'Service', count: 1, finalizers: ['example.com/hold'] },
        { kind: 'Discovery failed for some groups, 1 failing' },
      ),
    ).toBe('blocked-api');
  });
});

describe('a write that fails', () => {
  it.each<[ErrorName, string]>([
    ['Forbidden', 'blocked-forbidden'],
    ['Unavailable', 'blocked-away'],
    ['Throttled', 'blocked-away'],
    ['DeadlinePassed', 'blocked-away'],
    ['Invalid', 'blocked-refused'],
    ['FieldConflict', 'blocked-refused'],
    ['Unexpected', 'blocked-refused'],
  ])('%s leads to %s', (code, section) => {
    expect(by(code)).toBe(section);
  });

  it('is told as one that passes exactly when naas itself counts on that', () => {
    const away = Object.keys(ERRORS).filter((code) => isErrorName(code) && by(code) === 'blocked-away');
    const passing = Object.entries(ERRORS)
      .filter(([, { permanent }]) => !permanent)
      .map(([code]) => code);
    // These three keep no removal: a call of a person, a pause, a defect.
    expect(away.sort()).toEqual(passing.filter((code) => !['Unknown', 'Paused', 'Unexpected'].includes(code)).sort());
  });

  it('leads to a section that there is, whatever it is', () => {
    for (const code of Object.keys(ERRORS)) if (isErrorName(code)) expect(SECTIONS).toContain(by(code));
    expect(SECTIONS).toContain(blockedSection({ problems: [], blockers: [] }));
  });
});

describe('a finalizer', () => {
  it.each([
    ['kubernetes.io/pvc-protection', true],
    ['batch.kubernetes.io/job-tracking', true],
    ['service.kubernetes.io/load-balancer-cleanup', true],
    ['gateway.networking.k8s.io/x', true],
    ['foregroundDeletion', true],
    ['example.com/hold', false],
    ['kubernetes.io.example.com/hold', false],
  ])('%s is Kubernetes’ own: %s', (name, own) => {
    expect(isKubernetesOwn(name)).toBe(own);
  });
});
