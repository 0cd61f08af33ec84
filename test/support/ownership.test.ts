// The judge of ownership, without a server: it sees a name that is claimed twice, and what is granted in a dying one.
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from './audit.ts';
import { brokenOwnership } from './ownership.ts';

function event(verb: string, resource: string, more: { subresource?: string; code?: number } = {}): AuditEvent {
  const { subresource, code = 200 } = more;
  return {
    auditID: '',
    stage: 'ResponseComplete',
    verb,
    user: { username: 'naas' },
    objectRef: { resource, name: 'a', ...(subresource === undefined ? {} : { subresource }) },
    requestURI: `/${resource}`,
    responseStatus: { code },
    requestReceivedTimestamp: '',
    stageTimestamp: '',
  };
}

const CLAIM = event('create', 'namespaces', { code: 201 });
const GRANT = event('patch', 'rolebindings', { code: 201 });
const DELETE = event('delete', 'namespaces');
const GONE = event('update', 'namespaces', { subresource: 'finalize' });

describe('the judge of ownership', () => {
  it('has nothing to say of one life after the other', () => {
    expect(brokenOwnership([CLAIM, GRANT, DELETE, GONE, CLAIM, GRANT, DELETE, GONE])).toEqual([]);
  });

  it('does not take a claim that was refused for one', () => {
    expect(brokenOwnership([CLAIM, event('create', 'namespaces', { code: 409 }), DELETE, GONE])).toEqual([]);
  });

  it.each([
    ['claimed while it was held', [CLAIM, CLAIM]],
    ['claimed while it was dying', [CLAIM, DELETE, CLAIM]],
    ['granted while it was dying', [CLAIM, DELETE, GRANT]],
    ['written while nobody held it', [CLAIM, DELETE, GONE, GRANT]],
  ])('sees what was %s', (words, events) => {
    expect(brokenOwnership(events)).toEqual([expect.stringContaining(words)]);
  });
});
