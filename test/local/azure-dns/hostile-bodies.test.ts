// Whatever body, path or query comes in, the emulated API answers as a service does: never with its own error, and what it
// refuses has changed nothing.
import { describe, expect, it } from 'vitest';
import { RECORD_TYPES, RECORDS_PROPERTY } from '../../../src/local/azure-dns/record-sets.ts';
import fc from '../../support/properties.ts';
import { InMemory, ZONE } from './in-memory.ts';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'a.example', '.', '192.0.2.1'),
);
const scalar = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const anything = fc.oneof(scalar, fc.jsonValue() as fc.Arbitrary<unknown>);

const fields = fc.dictionary(
  fc.constantFrom(
    ...['ipv4Address', 'ipv6Address', 'cname', 'nsdname', 'value', 'tag', 'flags', 'preference', 'exchange'],
    ...['host', 'email', 'target', 'port', 'priority', 'weight', 'ptrdname', '__proto__', 'constructor'],
  ),
  fc.oneof(anything, fc.array(text)),
);
const properties = fc.dictionary(
  fc.constantFrom('TTL', 'ttl', 'metadata', 'targetResource', ...Object.values(RECORDS_PROPERTY), '__proto__'),
  fc.oneof(
    fields,
    fc.array(fields),
    fc.array(anything),
    fc.dictionary(text, anything),
    anything,
    fc.integer({ min: 1 }),
  ),
);
const bodies = fc.oneof(
  fc.record({ properties }).map((body) => Buffer.from(JSON.stringify(body))),
  fc.json().map((json) => Buffer.from(json)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

describe('the API', () => {
  it('answers any body of a record set without an error of its own, and a refused one has no effect', async () => {
    const calls = fc.record({
      method: fc.constantFrom('PUT', 'PATCH'),
      type: fc.constantFrom(...RECORD_TYPES),
      name: fc.constantFrom('www', '@', '*', 'a.b', '_acme-challenge'),
      raw: bodies,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(calls, { minLength: 1, maxLength: 5 }), async (many) => {
        const dns = new InMemory();
        for (const { method, type, name, raw } of many) {
          const before = dns.snapshot();
          const answered = await dns.call(method, `${ZONE}/${type}/${name}`, { raw });
          expect([200, 201, 400, 404, 409]).toContain(answered.status);
          if (answered.status >= 400) expect(dns.snapshot()).toBe(before);
          else expect(dns.ask(name === '@' ? 'example.test' : `${name}.example.test`, type).rcode).not.toBe('REFUSED');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('answers any path and query', async () => {
    const dns = new InMemory();
    const segment = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('..', '%00', '%ff', 'A', 'all', '__proto__'),
    );
    const methods = fc.constantFrom('GET', 'PUT', 'PATCH', 'DELETE', 'POST', 'constructor');
    const query = fc.dictionary(fc.constantFrom('$top', '$skipToken', '$recordsetnamesuffix', 'api-version'), text);
    await fc.assert(
      fc.asyncProperty(methods, fc.array(segment, { maxLength: 4 }), query, async (method, segments, asked) => {
        const path = [ZONE, ...segments]
          .map((each, index) => (index === 0 ? each : encodeURI(each.toWellFormed())))
          .join('/');
        const { status } = await dns.call(method, path, { query: asked, raw: Buffer.from('{}') });
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 300 },
    );
  });
});
