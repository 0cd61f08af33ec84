import { describe, expect, it } from 'vitest';
import { refusal } from '../../../src/local/azure-dns/preconditions.ts';

const set = { kind: 'Record set', name: 'www' } as const;

describe('a conditional write', () => {
  it.each([
    ['nothing', undefined, undefined, undefined],
    ['nothing', undefined, undefined, 'e1'],
    ['to be new', undefined, '*', undefined],
    ['any version', '*', undefined, 'e1'],
    ['the present version', 'e1', undefined, 'e1'],
    ['an If-None-Match that the service ignores', undefined, 'e1', 'e1'],
  ])('goes on when it asks for %s (%s, %s, present %s)', (_what, ifMatch, ifNoneMatch, current) => {
    expect(refusal({ ifMatch, ifNoneMatch }, set, current)).toBeUndefined();
  });

  it.each([
    ['exists already', undefined, '*', 'e1', /exists already and hence cannot be created again/],
    ['was changed', 'e1', undefined, 'e2', /has been modified \(etag mismatch\)/],
    ['is gone', 'e1', undefined, undefined, /has been modified/],
    ['never was', '*', undefined, undefined, /has been modified/],
    ['is quoted, which this service does not do', '"e1"', undefined, 'e1', /has been modified/],
  ])('is refused when the set %s (%s, %s, present %s)', (_what, ifMatch, ifNoneMatch, current, message) => {
    const error = refusal({ ifMatch, ifNoneMatch }, set, current);
    expect(error).toMatchObject({ status: 412, code: 'PreconditionFailed', shape: 'flat' });
    expect(error?.message).toMatch(message);
  });
});
