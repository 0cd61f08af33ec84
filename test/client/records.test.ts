import { describe, expect, it } from 'vitest';
import { asFarAsItRuns, rowOf, staleStatus, visibilityQuery } from '../../src/client/records.ts';
import fc from '../support/properties.ts';

const run = {
  workflowId: 'namespace:shop-cart-dev',
  searchAttributes: {
    NaasPhase: ['ready'],
    NaasTeam: ['shop'],
    NaasEnvironment: ['dev'],
    NaasLeaseEnd: [new Date('2026-03-01T00:00:00Z')],
  },
  startTime: new Date('2026-01-01T00:00:00Z'),
};

describe('a visibility query', () => {
  it('asks for running lifecycles, narrowed by what is given', () => {
    expect(visibilityQuery({})).toBe(`WorkflowType = 'namespaceLifecycle' AND ExecutionStatus = 'Running'`);
    expect(visibilityQuery({ team: 'shop', phase: 'ready', closed: true })).toBe(
      `WorkflowType = 'namespaceLifecycle' AND NaasTeam = 'shop' AND NaasPhase = 'ready'`,
    );
    expect(visibilityQuery({ phase: 'blocked', errorType: 'Throttled', closed: true })).toBe(
      `WorkflowType = 'namespaceLifecycle' AND NaasPhase = 'blocked' AND NaasErrorType = 'Throttled'`,
    );
    expect(visibilityQuery({ awaits: ['user:a', 'group:b'] })).toContain(`NaasAwaits IN ('user:a', 'group:b')`);
  });

  it('never lets a value out of its quotes', () => {
    fc.assert(
      fc.property(fc.string(), (team) => {
        const query = visibilityQuery({ team, closed: true });
        const literal = query.slice(query.indexOf('NaasTeam = ') + 'NaasTeam = '.length);
        expect(literal).toMatch(/^'(?:[^'\\]|\\.)*'$/s);
      }),
    );
  });
});

describe("Temporal's own records", () => {
  it('make a row, with the phase that was last published', () => {
    expect(rowOf(run)).toEqual({
      name: 'shop-cart-dev',
      phase: 'ready',
      team: 'shop',
      environment: 'dev',
      needsPerson: false,
      leaseEnd: '2026-03-01T00:00:00.000Z',
      startedAt: '2026-01-01T00:00:00.000Z',
    });
    expect(rowOf({ ...run, searchAttributes: {} }).phase).toBe('unknown');
    expect(rowOf({ ...run, searchAttributes: { NaasErrorType: ['Throttled'] } }).errorType).toBe('Throttled');
  });

  it('mark a row that waits for the end of a pause, and no other', () => {
    const withError = (name: string) => ({ ...run, searchAttributes: { NaasErrorType: [name] } });
    expect(rowOf(withError('Paused')).paused).toBe(true);
    expect(rowOf(withError('Forbidden'))).not.toHaveProperty('paused');
  });

  it('make a status that says that it is stale and what it waits for', () => {
    expect(staleStatus('shop-cart-dev', run)).toMatchObject({
      phase: 'ready',
      stale: true,
      waitsFor: { what: expect.stringContaining('worker') },
    });
  });

  it.each<[string, string | undefined]>([
    ['ready', '`naas recover shop-cart-dev` (operators) gives it a run again'],
    ['deleting', '`naas recover shop-cart-dev`'],
    ['awaiting-approval', 'request it again'],
    ['deleted', undefined],
  ])('of a terminated run that was %s say what to do next', (phase, todo) => {
    const ended = { ...run, searchAttributes: { NaasPhase: [phase] }, status: { name: 'TERMINATED' } };
    const status = staleStatus('shop-cart-dev', ended);
    if (todo === undefined) return expect(status.endedInTemporal).toBeUndefined();
    expect(status).toMatchObject({ stale: true, endedInTemporal: 'terminated' });
    expect(status.waitsFor?.todo).toContain(todo);
    expect(asFarAsItRuns({ ...status, stale: false }, ended).waitsFor?.todo).toContain(todo);
  });
});
