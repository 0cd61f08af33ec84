// The judge of ownership, without a server: it sees a name that is claimed twice, and what is granted in a dying one.
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from './audit.ts';
import { brokenOwnership } from './ownership.ts';

const NAAS = 'naas';

type Told = Omit<AuditEvent, 'requestReceivedTimestamp' | 'stageTimestamp'>;

function event(
  verb: string,
  resource: string,
  more: { subresource?: string; code?: number; user?: string } = {},
): Told {
  const { subresource, code = 200, user = NAAS } = more;
  return {
    auditID: '',
    stage: 'ResponseComplete',
    verb,
    user: { username: user },
    objectRef: { resource, name: 'a', ...(subresource === undefined ? {} : { subresource }) },
    requestURI: `/${resource}`,
    responseStatus: { code },
  };
}

/** One after the other, each a second long. */
function log(...events: Told[]): AuditEvent[] {
  const at = (index: number, part: string): string => `2026-01-01T00:00:${String(index).padStart(2, '0')}.${part}Z`;
  return events.map((each, index) => ({
    ...each,
    requestReceivedTimestamp: at(index, '0'),
    stageTimestamp: at(index, '9'),
  }));
}

const CLAIM = event('create', 'namespaces', { code: 201 });
const GRANT = event('patch', 'rolebindings', { code: 201 });
const DELETE = event('delete', 'namespaces');
const GONE = event('update', 'namespaces', { subresource: 'finalize' });

describe('the judge of ownership', () => {
  it('has nothing to say of one life after the other', () => {
    expect(brokenOwnership(log(CLAIM, GRANT, DELETE, GONE, CLAIM, GRANT, DELETE, GONE), NAAS)).toEqual([]);
  });

  it('does not take a claim that was refused for one', () => {
    expect(brokenOwnership(log(CLAIM, event('create', 'namespaces', { code: 409 }), DELETE, GONE), NAAS)).toEqual([]);
  });

  it('lets a controller be quicker than the answer to the claim, and a claim than that to the deletion', () => {
    const [claim, made] = log(CLAIM, event('create', 'configmaps', { code: 201, user: 'controller' }));
    const [gone, again] = log(GONE, CLAIM);
    if (!claim || !made || !gone || !again) throw new Error('four events');
    const late = { ...claim, stageTimestamp: '2026-01-01T00:00:01.99Z' };
    expect(brokenOwnership([late, made], NAAS)).toEqual([]);
    const slow = { ...gone, stageTimestamp: '2026-01-01T00:00:05.0Z' };
    expect(brokenOwnership([slow, again], NAAS)).toEqual([]);
  });

  it.each([
    ['claimed while it was held', [CLAIM, CLAIM]],
    ['claimed while it was dying', [CLAIM, DELETE, CLAIM]],
    ['granted while it was dying', [CLAIM, DELETE, GRANT]],
    ['written while nobody held it', [CLAIM, DELETE, GONE, GRANT]],
  ])('sees what was %s', (words, events) => {
    expect(brokenOwnership(log(...events), NAAS)).toEqual([expect.stringContaining(words)]);
  });
});
