// What the conditions of live objects mean for whoever waits. The property: never ready while a condition that is needed is
// missing, false or about another generation.
import { describe, expect, it } from 'vitest';
import type { Condition, LiveObject, ParentReference } from '../../src/spec/gateway-objects.ts';
import {
  type Judgement,
  judgeAll,
  judgeCertificate,
  judgeClassic,
  judgeGateway,
  judgeListenerSet,
  judgeRoute,
} from '../../src/spec/route-conditions.ts';
import fc from '../support/properties.ts';

const GENERATION = 3;
const PARENT: ParentReference = { kind: 'ListenerSet', name: 'naas-listeners', sectionName: 'a' };

const condition = (type: string, more: Partial<Condition> = {}): Condition => ({
  type,
  status: 'True',
  reason: type,
  message: '',
  observedGeneration: GENERATION,
  ...more,
});
const all = (types: string[], changed: Record<string, Partial<Condition>> = {}): Condition[] =>
  types.map((type) => condition(type, changed[type]));

const object = (kind: string, status: unknown): LiveObject => ({
  kind,
  metadata: { name: 'x', namespace: 'shop', generation: GENERATION },
  status,
});
const WHOLE = ['Accepted', 'Programmed'];
const ENTRY = ['Accepted', 'ResolvedRefs', 'Programmed'];

const listenerSet = (
  entry: Record<string, Partial<Condition>> = {},
  whole: Record<string, Partial<Condition>> = {},
  more: Condition[] = [],
) =>
  judgeListenerSet(
    object('ListenerSet', {
      conditions: all(WHOLE, whole),
      listeners: [{ name: 'a', conditions: [...all(ENTRY, entry), ...more] }],
    }),
    ['a'],
  );
const route = (changed: Record<string, Partial<Condition>> = {}, parentRef: ParentReference = PARENT) =>
  judgeRoute(
    object('HTTPRoute', { parents: [{ parentRef, conditions: all(['Accepted', 'ResolvedRefs'], changed) }] }),
    PARENT,
  );
const is = (judgement: Judgement, state: Judgement['state'], said = '') => {
  expect(judgement.state, JSON.stringify(judgement)).toBe(state);
  if (judgement.state !== 'ready') expect(judgement.why).toContain(said);
};
const no = (reason: string): Partial<Condition> => ({ status: 'False', reason, message: 'because' });

describe('a listener set', () => {
  it('is ready once it and its entries are accepted, resolved and programmed', () => {
    is(listenerSet(), 'ready');
    is(listenerSet({}, {}, [condition('Conflicted', { status: 'False', reason: 'NoConflicts' })]), 'ready');
  });

  it('waits while nobody has seen it, one of its entries, or its newest generation', () => {
    is(judgeListenerSet(undefined, ['a']), 'waiting', 'not there yet');
    is(judgeListenerSet(object('ListenerSet', undefined), ['a']), 'waiting', 'no controller has seen it yet');
    is(
      judgeListenerSet(object('ListenerSet', { conditions: all(WHOLE), listeners: [] }), ['a']),
      'waiting',
      'listener a',
    );
    is(listenerSet({ Programmed: { observedGeneration: 2 } }), 'waiting', 'Programmed is still about generation 2');
    is(listenerSet({}, { Accepted: { observedGeneration: 2 } }), 'waiting', 'generation 2');
  });

  it('says what the definitions themselves say before any controller came', () => {
    // The default that the API server fills in has no observedGeneration.
    const { observedGeneration: _, ...unknown } = condition('Accepted', { status: 'Unknown', reason: 'Pending' });
    const fresh = object('ListenerSet', { conditions: [unknown, { ...unknown, type: 'Programmed' }] });
    is(judgeListenerSet(fresh, []), 'waiting', 'generation unknown');
  });

  it('fails when an older listener has the hostname', () => {
    const judged = listenerSet({}, {}, [condition('Conflicted', { reason: 'HostnameConflict' })]);
    is(judged, 'failed', 'Conflicted is True (HostnameConflict)');
    if (judged.state === 'failed')
      expect(judged.problem).toMatchObject({ code: 'Conflict', hint: expect.stringContaining('older') });
  });

  it('waits when the conflict that it tells of may be over', () => {
    is(
      listenerSet({}, {}, [condition('Conflicted', { reason: 'HostnameConflict', observedGeneration: 2 })]),
      'waiting',
    );
  });

  it('fails when its namespace may not attach, though no entry is told of', () => {
    const refused = object('ListenerSet', {
      conditions: all(WHOLE, { Accepted: no('NotAllowed'), Programmed: no('NotAllowed') }),
    });
    const judged = judgeListenerSet(refused, ['a']);
    is(judged, 'failed', 'NotAllowed: because');
    if (judged.state === 'failed') expect(judged.problem).toMatchObject({ code: 'Forbidden', message: judged.why });
  });

  it('waits for its certificate, whatever else is called invalid meanwhile', () => {
    const missing = { ResolvedRefs: no('InvalidCertificateRef'), Programmed: no('Invalid') };
    is(listenerSet(missing), 'waiting', 'InvalidCertificateRef');
    is(listenerSet({ ...missing, Accepted: no('Invalid') }), 'waiting', 'InvalidCertificateRef');
    is(
      listenerSet(missing, { Accepted: no('ListenersNotValid'), Programmed: no('Invalid') }),
      'waiting',
      'InvalidCertificateRef',
    );
    is(listenerSet(missing, { Accepted: no('Invalid') }), 'waiting', 'InvalidCertificateRef');
    is(listenerSet({ Programmed: no('Invalid') }), 'failed', 'Invalid');
    is(listenerSet({ ResolvedRefs: no('RefNotPermitted') }), 'failed', 'RefNotPermitted');
  });

  it('is not excused by what an older generation lacked', () => {
    const before = { ResolvedRefs: { ...no('InvalidCertificateRef'), observedGeneration: 2 } };
    is(listenerSet(before, { Programmed: no('Invalid') }), 'failed', 'Invalid');
  });
});

describe('a gateway', () => {
  const gateway = (whole: Record<string, Partial<Condition>>, listeners: unknown[] = [], sections: string[] = []) =>
    judgeGateway(object('Gateway', { conditions: all(WHOLE, whole), listeners }), sections);

  it('waits for its address, for as long as that takes', () => {
    is(gateway({ Programmed: no('AddressNotAssigned') }), 'waiting', 'AddressNotAssigned');
    is(gateway({ Accepted: { status: 'Unknown', reason: 'Pending' } }), 'waiting', 'Pending');
    is(gateway({ Accepted: no('AReasonOfTheirOwn') }), 'waiting', 'AReasonOfTheirOwn: because');
    is(judgeGateway(undefined, []), 'waiting', 'not there');
  });

  it.each(['Invalid', 'InvalidParameters', 'UnsupportedAddress'])('fails with %s', (reason) => {
    is(gateway({ Accepted: no(reason) }), 'failed', reason);
  });

  it('that is unknown still waits, whatever the reason beside it', () => {
    is(gateway({ Accepted: { status: 'Unknown', reason: 'Invalid' } }), 'waiting', 'Unknown');
  });

  it('of many is judged by the listeners that are asked for', () => {
    const listeners = [
      { name: 'https', conditions: all(ENTRY) },
      { name: 'of-somebody-else', conditions: all(ENTRY, { ResolvedRefs: no('RefNotPermitted') }) },
    ];
    is(gateway({}, listeners, ['https']), 'ready');
    is(gateway({}, listeners, ['https', 'of-somebody-else']), 'failed');
  });
});

describe('a route', () => {
  it('is ready when accepted, whether or not its backend is there', () => {
    is(route(), 'ready');
    is(route({ ResolvedRefs: no('BackendNotFound') }), 'ready');
    is(route({ ResolvedRefs: { ...no('BackendNotFound'), observedGeneration: 2 } }), 'waiting');
  });

  it.each(['NotAllowedByListeners', 'NoMatchingListenerHostname'])('fails with %s', (reason) => {
    is(route({ Accepted: no(reason) }), 'failed', reason);
  });

  it('waits for a listener that its controller has not seen yet', () => {
    is(route({ Accepted: no('NoMatchingParent') }), 'waiting', 'NoMatchingParent');
    is(judgeRoute(undefined, PARENT), 'waiting', 'not there');
    is(judgeRoute(object('HTTPRoute', { parents: [] }), PARENT), 'waiting', 'no controller');
  });

  it('fails when it may not reach its backend', () => {
    is(route({ ResolvedRefs: no('RefNotPermitted') }), 'failed', 'RefNotPermitted');
  });

  it('is judged by its parent alone', () => {
    is(route({}, { ...PARENT, sectionName: 'b' }), 'waiting', 'no controller');
    is(route({}, { ...PARENT, namespace: 'other' }), 'waiting', 'no controller');
    is(route({}, { group: 'gateway.networking.k8s.io', namespace: 'shop', ...PARENT }), 'ready');
  });

  it('is ready when one of two controllers says so, and fails only when both do', () => {
    const entry = (controllerName: string, changed: Record<string, Partial<Condition>>) => ({
      parentRef: PARENT,
      controllerName,
      conditions: all(['Accepted', 'ResolvedRefs'], changed),
    });
    const refused = entry('a', { Accepted: no('NotAllowedByListeners') });
    const judged = (...parents: unknown[]) => judgeRoute(object('HTTPRoute', { parents }), PARENT);
    is(judged(refused, entry('b', {})), 'ready');
    is(judged(refused, entry('b', { Accepted: no('Pending') })), 'waiting');
    is(judged(refused, { ...refused, controllerName: 'b' }), 'failed');
  });
});

describe('a certificate', () => {
  const certificate = (conditions: Condition[]) => judgeCertificate(object('Certificate', { conditions }));

  it('is ready when it says so of the generation that stands there', () => {
    is(certificate([condition('Ready')]), 'ready');
    is(certificate([condition('Ready', { observedGeneration: 2 })]), 'waiting');
    is(certificate([]), 'waiting');
    is(judgeCertificate(undefined), 'waiting', 'not there');
  });

  it('stays ready while it is renewed', () => {
    is(certificate([condition('Ready'), condition('Issuing', { reason: 'Renewing' })]), 'ready');
  });

  it('waits while it is issued, tells why an attempt failed, and fails when it was denied', () => {
    const notYet = condition('Ready', no('DoesNotExist'));
    is(certificate([notYet, condition('Issuing')]), 'waiting', 'DoesNotExist');
    is(certificate([notYet, condition('Issuing', no('Failed'))]), 'waiting', 'Issuing is False (Failed');
    is(certificate([notYet, condition('Issuing', no('Denied'))]), 'failed', 'Denied');
  });
});

describe("Istio's classic kinds", () => {
  it('say nothing that is worth waiting for but that they are there', () => {
    is(judgeClassic(undefined), 'waiting');
    is(judgeClassic(object('VirtualService', {})), 'ready');
  });
});

describe('judgeAll', () => {
  it('is as bad as the worst', () => {
    const [ready, waits, failed] = [
      route(),
      route({ Accepted: no('Pending') }),
      route({ Accepted: no('NotAllowedByListeners') }),
    ];
    expect(judgeAll([])).toEqual({ state: 'ready' });
    expect(judgeAll([ready, ready])).toEqual({ state: 'ready' });
    expect(judgeAll([ready, waits])).toBe(waits);
    expect(judgeAll([waits, failed, ready])).toBe(failed);
  });
});

describe('whatever a controller says', () => {
  const REASONS = [
    'Accepted',
    'Pending',
    'Invalid',
    'NotAllowed',
    'InvalidCertificateRef',
    'BackendNotFound',
    'AddressNotAssigned',
    'X',
  ];
  const TYPES = ['Accepted', 'Programmed', 'ResolvedRefs', 'Conflicted', 'Ready', 'Issuing'];
  const anyOf = (type: string): fc.Arbitrary<Condition> =>
    fc.record(
      {
        type: fc.constant(type),
        status: fc.constantFrom('True', 'False', 'Unknown'),
        reason: fc.constantFrom(...REASONS),
        message: fc.string(),
        observedGeneration: fc.constantFrom(GENERATION, GENERATION - 1, 0),
      },
      { requiredKeys: ['type', 'status'] },
    );
  // Mostly as it should be: of many conditions one is enough to spoil it.
  const oneOf = (type: string): fc.Arbitrary<Condition[]> =>
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constant<Condition[]>([condition(type, type === 'Conflicted' ? { status: 'False' } : {})]),
      },
      { weight: 2, arbitrary: anyOf(type).map((each) => [each]) },
      { weight: 1, arbitrary: fc.constant<Condition[]>([]) },
    );
  const conditions = fc.tuple(...TYPES.map(oneOf)).map((found) => found.flat());
  const holds = (found: Condition[], type: string, fine: string[] = []) =>
    found.some(
      (each) =>
        each.type === type &&
        each.observedGeneration === GENERATION &&
        (each.status === 'True' ||
          (each.status === 'False' && type === 'ResolvedRefs' && fine.includes(each.reason ?? ''))),
    );
  const FINE = ['BackendNotFound'];
  const runs = { numRuns: 3_000 };
  let ready = 0;
  const check = (judged: Judgement, needed: boolean) => {
    if (judged.state === 'ready') ready += 1;
    expect(judged.state === 'ready', JSON.stringify(judged)).toBe(needed);
    if (judged.state === 'failed') expect(judged.problem.message).toBe(judged.why);
    if (judged.state !== 'ready') expect(judged.why.length).toBeLessThan(500);
  };

  it('a listener set is ready exactly when all that is needed holds now', () => {
    ready = 0;
    fc.assert(
      fc.property(conditions, conditions, (whole, entry) => {
        const live = object('ListenerSet', { conditions: whole, listeners: [{ name: 'a', conditions: entry }] });
        const conflicted = entry.some(({ type, status }) => type === 'Conflicted' && status === 'True');
        const needed =
          !conflicted &&
          WHOLE.every((type) => holds(whole, type, FINE)) &&
          ENTRY.every((type) => holds(entry, type, FINE));
        check(judgeListenerSet(live, ['a']), needed);
      }),
      runs,
    );
    expect(ready).toBeGreaterThan(100);
  });

  it('a route is ready exactly when it is accepted and its references are known now', () => {
    ready = 0;
    fc.assert(
      fc.property(conditions, (found) => {
        const live = object('HTTPRoute', { parents: [{ parentRef: PARENT, conditions: found }] });
        check(
          judgeRoute(live, PARENT),
          ['Accepted', 'ResolvedRefs'].every((type) => holds(found, type, FINE)),
        );
      }),
      runs,
    );
    expect(ready).toBeGreaterThan(100);
  });

  it('a certificate is ready exactly when it says so now', () => {
    ready = 0;
    fc.assert(
      fc.property(conditions, (found) => {
        check(judgeCertificate(object('Certificate', { conditions: found })), holds(found, 'Ready', FINE));
      }),
      runs,
    );
    expect(ready).toBeGreaterThan(100);
  });
});
