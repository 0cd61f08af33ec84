// What the emulated name servers answer: authority, chains, wildcards, absence, delegation.
import { beforeEach, describe, expect, it } from 'vitest';
import fc from '../../support/properties.ts';
import { InMemory, SUBSCRIPTION, ZONE } from './in-memory.ts';

let dns: InMemory;
beforeEach(() => {
  dns = new InMemory();
});

const a = (ipv4Address: string) => ({ ipv4Address });

/** Each record in one line: owner, type, data. */
function lines(records: readonly { name: string; type: string; data?: unknown }[]): string[] {
  return records.map(
    ({ name, type, data }) => `${name} ${type} ${typeof data === 'string' ? data : JSON.stringify(data)}`,
  );
}

function told(name: string, type: string): { rcode: string; answers: string[]; soa: boolean } {
  const { rcode, answers, authorities } = dns.ask(name, type);
  return { rcode, answers: lines(answers), soa: authorities.some((record) => record.type === 'SOA') };
}

describe('an answer', () => {
  it('is authoritative for what the zone holds', async () => {
    await dns.put('www', 'A', [a('192.0.2.1'), a('192.0.2.2')]);
    await dns.put('www', 'TXT', [{ value: ['one', 'two'] }]);
    expect(dns.ask('www.example.test', 'A')).toMatchObject({ rcode: 'NOERROR', authoritative: true, authorities: [] });
    expect(told('www.example.test', 'A').answers).toEqual([
      'www.example.test A 192.0.2.1',
      'www.example.test A 192.0.2.2',
    ]);
    expect(told('www.example.test', 'TXT').answers).toEqual(['www.example.test TXT ["one","two"]']);
    expect(told('www.example.test', 'ANY').answers).toHaveLength(3);
    expect(told('example.test', 'NS').answers).toEqual([
      'example.test NS ns1.azure-dns.test.',
      'example.test NS ns2.azure-dns.test.',
    ]);
    expect(dns.ask('example.test', 'SOA').answers[0]).toMatchObject({ data: { serial: 1, minimum: 300 }, ttl: 3600 });
  });

  it('has every field of every type', async () => {
    await dns.put('x', 'AAAA', [{ ipv6Address: '2001:db8::1' }]);
    await dns.put('x', 'CAA', [{ flags: 128, tag: 'issue', value: 'ca.example' }]);
    await dns.put('x', 'MX', [{ preference: 10, exchange: 'mail.example.' }]);
    await dns.put('x', 'PTR', [{ ptrdname: 'host.example.' }]);
    await dns.put('x', 'SRV', [{ priority: 1, weight: 2, port: 3, target: 'srv.example' }]);
    expect(told('x.example.test', 'ANY').answers).toEqual([
      'x.example.test AAAA 2001:db8::1',
      'x.example.test CAA {"flags":128,"tag":"issue","value":"ca.example"}',
      'x.example.test MX {"preference":10,"exchange":"mail.example."}',
      'x.example.test PTR host.example.',
      'x.example.test SRV {"priority":1,"weight":2,"port":3,"target":"srv.example"}',
    ]);
  });

  it('is a refusal outside the zones, and for a transfer', () => {
    for (const name of ['example.com', 'test', '', 'notexample.test'])
      expect(dns.ask(name, 'A')).toMatchObject({ rcode: 'REFUSED', authoritative: false });
    expect(dns.ask('example.test', 'AXFR').rcode).toBe('REFUSED');
    expect(dns.ask('example.test', 'UNKNOWN_253').rcode).toBe('NOTIMP');
  });

  it('tells a name that does not exist from one without that type, both with the SOA and its shorter TTL', async () => {
    await dns.put('deep.below', 'A', [a('192.0.2.1')]);
    expect(told('none.example.test', 'A')).toEqual({ rcode: 'NXDOMAIN', answers: [], soa: true });
    expect(told('deep.below.example.test', 'AAAA')).toEqual({ rcode: 'NOERROR', answers: [], soa: true });
    // It exists because of the name below it.
    expect(told('below.example.test', 'A')).toEqual({ rcode: 'NOERROR', answers: [], soa: true });
    expect(dns.ask('none.example.test', 'A').authorities).toMatchObject([{ name: 'example.test', ttl: 300 }]);
    await dns.call('DELETE', `${ZONE}/A/deep.below`);
    expect(told('below.example.test', 'A').rcode).toBe('NXDOMAIN');
  });

  it('of an empty set is that of none', async () => {
    await dns.put('www', 'A', []);
    expect(told('www.example.test', 'A').rcode).toBe('NXDOMAIN');
  });

  it('comes from the zone with the longest name', async () => {
    await dns.call('PUT', ZONE.replace('example.test', 'sub.example.test'), { body: { location: 'global' } });
    await dns.put('www.sub', 'A', [a('192.0.2.1')]);
    expect(told('www.sub.example.test', 'A').rcode).toBe('NXDOMAIN');
  });
});

describe('a chain of CNAMEs', () => {
  it('is followed inside the zone, to records, to absence, or out of it', async () => {
    await dns.put('one', 'CNAME', [{ cname: 'TWO.example.test' }]);
    await dns.put('two', 'CNAME', [{ cname: 'three.example.test.' }]);
    await dns.put('three', 'A', [a('192.0.2.3')]);
    await dns.put('lost', 'CNAME', [{ cname: 'none.example.test' }]);
    await dns.put('out', 'CNAME', [{ cname: 'www.elsewhere.example' }]);
    await dns.put('near', 'CNAME', [{ cname: 'www.notexample.test' }]);
    expect(told('one.example.test', 'A').answers).toEqual([
      'one.example.test CNAME TWO.example.test',
      'two.example.test CNAME three.example.test.',
      'three.example.test A 192.0.2.3',
    ]);
    expect(told('one.example.test', 'CNAME').answers).toHaveLength(1);
    expect(told('one.example.test', 'AAAA')).toMatchObject({ rcode: 'NOERROR', soa: true });
    expect(told('lost.example.test', 'A')).toMatchObject({ rcode: 'NXDOMAIN', soa: true });
    expect(told('out.example.test', 'A')).toEqual({
      rcode: 'NOERROR',
      answers: ['out.example.test CNAME www.elsewhere.example'],
      soa: false,
    });
    expect(told('near.example.test', 'A')).toMatchObject({ rcode: 'NOERROR', answers: { length: 1 }, soa: false });
  });

  it('that loops ends', async () => {
    await dns.put('one', 'CNAME', [{ cname: 'two.example.test' }]);
    await dns.put('two', 'CNAME', [{ cname: 'one.example.test' }]);
    expect(told('one.example.test', 'A').answers).toHaveLength(2);
  });
});

describe('a wildcard', () => {
  // The zone of RFC 4592, section 2.2.1, and what it says of it.
  beforeEach(async () => {
    await dns.put('*', 'TXT', [{ value: ['this is a wildcard'] }]);
    await dns.put('*', 'MX', [{ preference: 10, exchange: 'host1.example.test.' }]);
    await dns.put('sub.*', 'TXT', [{ value: ['not a wildcard'] }]);
    await dns.put('host1', 'A', [a('192.0.2.1')]);
    await dns.put('_ssh._tcp.host1', 'SRV', [{ priority: 0, weight: 0, port: 22, target: 'host1.example.test' }]);
    await dns.put('subdel', 'NS', [{ nsdname: 'ns.example.com.' }]);
  });

  it('answers for names that do not exist right below its closest encloser', () => {
    expect(told('host3.example.test', 'MX').answers).toEqual([
      'host3.example.test MX {"preference":10,"exchange":"host1.example.test."}',
    ]);
    expect(told('foo.bar.example.test', 'TXT').answers).toEqual(['foo.bar.example.test TXT ["this is a wildcard"]']);
    expect(told('*.example.test', 'TXT').answers).toEqual(['*.example.test TXT ["this is a wildcard"]']);
  });

  it('has no other types than its own', () => {
    expect(told('host3.example.test', 'A')).toEqual({ rcode: 'NOERROR', answers: [], soa: true });
  });

  it('does not answer for names that exist, for those below them, or below a delegation', () => {
    expect(told('host1.example.test', 'MX')).toEqual({ rcode: 'NOERROR', answers: [], soa: true });
    expect(told('_tcp.host1.example.test', 'TXT')).toEqual({ rcode: 'NOERROR', answers: [], soa: true });
    expect(told('_telnet._tcp.host1.example.test', 'SRV').rcode).toBe('NXDOMAIN');
    expect(told('ghost.host1.example.test', 'MX').rcode).toBe('NXDOMAIN');
    expect(dns.ask('host.subdel.example.test', 'A')).toMatchObject({ authoritative: false, answers: [] });
  });

  it('of a CNAME is followed', async () => {
    await dns.put('*.apps', 'CNAME', [{ cname: 'host1.example.test' }]);
    expect(told('any.apps.example.test', 'A').answers).toEqual([
      'any.apps.example.test CNAME host1.example.test',
      'host1.example.test A 192.0.2.1',
    ]);
  });
});

describe('a delegation', () => {
  beforeEach(async () => {
    await dns.put('child', 'NS', [{ nsdname: 'ns1.child.example.test.' }, { nsdname: 'ns.elsewhere.example.' }]);
    await dns.put('ns1.child', 'A', [a('192.0.2.53')]);
  });

  it.each(['child.example.test', 'www.child.example.test', 'ns1.child.example.test'])(
    'refers %s to the child',
    (name) => {
      const { authoritative, answers, authorities, additionals, rcode } = dns.ask(name, 'A');
      expect({ authoritative, answers, rcode }).toEqual({ authoritative: false, answers: [], rcode: 'NOERROR' });
      expect(lines(authorities)).toEqual([
        'child.example.test NS ns1.child.example.test.',
        'child.example.test NS ns.elsewhere.example.',
      ]);
      expect(lines(additionals)).toEqual(['ns1.child.example.test A 192.0.2.53']);
    },
  );

  it('is not what the parent says of who signs the child', () => {
    expect(told('child.example.test', 'DS')).toEqual({ rcode: 'NOERROR', answers: [], soa: true });
  });

  it('ends a chain that leads into it, and keeps the authority of the first name', async () => {
    await dns.put('www', 'CNAME', [{ cname: 'www.child.example.test' }]);
    const answered = dns.ask('www.example.test', 'A');
    expect(answered).toMatchObject({ authoritative: true, rcode: 'NOERROR' });
    expect(lines(answered.answers)).toEqual(['www.example.test CNAME www.child.example.test']);
    expect(answered.authorities).toHaveLength(2);
  });
});

describe('an alias', () => {
  const id = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/Gateway`;
  const alias = { body: { properties: { TTL: 5, targetResource: { id } } } };

  it('answers with the address that its resource has, and with none when it has none', async () => {
    await dns.put('@', 'A', [], alias);
    expect(told('example.test', 'A')).toEqual({ rcode: 'NOERROR', answers: [], soa: true });
    dns.aliases.set(id.toLowerCase(), { ipv4: ['203.0.113.7'] });
    expect(dns.ask('example.test', 'A').answers).toMatchObject([{ name: 'example.test', data: '203.0.113.7', ttl: 5 }]);
    dns.aliases.clear();
    expect(told('example.test', 'A').answers).toEqual([]);
  });

  it('of a CNAME is followed, of a record set is that set', async () => {
    await dns.put('cdn', 'CNAME', [], alias);
    dns.aliases.set(id.toLowerCase(), { cname: 'www.example.test' });
    await dns.put('www', 'A', [a('192.0.2.1')]);
    expect(told('cdn.example.test', 'A').answers).toEqual([
      'cdn.example.test CNAME www.example.test',
      'www.example.test A 192.0.2.1',
    ]);
    const target = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/dnszones/example.test/A/www`;
    await dns.put('same', 'A', [], { body: { properties: { TTL: 9, targetResource: { id: target } } } });
    expect(dns.ask('same.example.test', 'A').answers).toMatchObject([{ data: '192.0.2.1', ttl: 9 }]);
  });
});

describe('existence', () => {
  it('of every name is what the sets that are there make it, whatever was written and deleted before', async () => {
    const name = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
      .map((labels) => labels.join('.'));
    const step = fc.record({ name, isThere: fc.boolean(), type: fc.constantFrom('A' as const, 'TXT' as const) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const world = new InMemory();
        const there = new Set<string>();
        for (const { name: relative, isThere, type } of steps) {
          if (isThere) await world.put(relative, type, [type === 'A' ? a('192.0.2.1') : { value: ['x'] }] as never);
          else await world.call('DELETE', `${ZONE}/${type}/${relative}`);
          if (isThere) there.add(`${relative} ${type}`);
          else there.delete(`${relative} ${type}`);
        }
        for (const { name: relative } of steps) {
          const exists = [...there].some(
            (each) => each.startsWith(`${relative} `) || each.split(' ')[0]?.endsWith(`.${relative}`),
          );
          expect(world.ask(`${relative}.example.test`, 'A').rcode).toBe(exists ? 'NOERROR' : 'NXDOMAIN');
        }
      }),
      { numRuns: 100 },
    );
  });
});
