// What dig makes of the answers: a reader of DNS messages that knows its RFCs better than any test of ours.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { DnsManagementClient } from '@azure/arm-dns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AzureDns, startAzureDns } from '../../../../src/local/azure-dns/index.ts';
import { type Bind9, fetchBind9 } from '../../../../tools/bind9.mjs';
import { sdk } from './over-the-wire.ts';

const ZONE = 'example.test';
const run = promisify(execFile);

let azure: AzureDns;
let client: DnsManagementClient;
let bind9: Bind9;
beforeAll(async () => {
  bind9 = await fetchBind9(process.env);
  azure = await startAzureDns({ zones: [ZONE] });
  client = sdk(azure);
  const write = async (name: string, type: 'A', set: object): Promise<void> => {
    await client.recordSets.createOrUpdate(azure.resourceGroup, ZONE, name, type, { ttl: 5, ...set });
  };
  const sets: Record<string, object> = {
    'www A': { aRecords: [{ ipv4Address: '192.0.2.1' }, { ipv4Address: '192.0.2.2' }] },
    'www AAAA': { aaaaRecords: [{ ipv6Address: '2001:db8::1' }] },
    'alias CNAME': { cnameRecord: { cname: `www.${ZONE}` } },
    'text TXT': { txtRecords: [{ value: ['one "quoted"', 'two\\three'] }, { value: ['zwölf'] }] },
    'text CAA': { caaRecords: [{ flags: 128, tag: 'issuewild', value: 'ca.example; policy=ev' }] },
    'text MX': { mxRecords: [{ preference: 10, exchange: 'mail.example.' }] },
    'text SRV': { srvRecords: [{ priority: 1, weight: 2, port: 3, target: 'srv.example.' }] },
    'text PTR': { ptrRecords: [{ ptrdname: 'host.example.' }] },
    '*.apps A': { aRecords: [{ ipv4Address: '192.0.2.9' }] },
    'child NS': { nsRecords: [{ nsdname: `ns.child.${ZONE}.` }] },
    'ns.child A': { aRecords: [{ ipv4Address: '192.0.2.53' }] },
    'long TXT': { txtRecords: [{ value: Array.from({ length: 10 }, () => 'x'.repeat(250)) }] },
  };
  for (const [key, set] of Object.entries(sets)) {
    const [name = '', type = ''] = key.split(' ');
    await write(name, type as 'A', set);
  }
});
afterAll(async () => {
  await azure.stop();
});

/** Text of dig; throws where it finds fault with the message. */
async function dig(...args: string[]): Promise<string> {
  const server = azure.nameServers[0]?.address;
  const common = [`@${server?.address}`, '-p', String(server?.port), '+tries=1', '+time=5', '+nocookie'];
  const { stdout: text } = await run(bind9.dig, [...common, ...args], { env: bind9.env, timeout: 30_000 });
  expect(text).not.toMatch(/malformed|bad packet|extra bytes|mismatch|parser/i);
  return text;
}

async function short(...args: string[]): Promise<string[]> {
  const text = await dig('+short', ...args);
  return text.trim().split('\n');
}

describe('dig', () => {
  it.each([
    ['www', 'A', ['192.0.2.1', '192.0.2.2']],
    ['WWW', 'AAAA', ['2001:db8::1']],
    ['alias', 'A', [`www.${ZONE}.`, '192.0.2.1', '192.0.2.2']],
    ['text', 'TXT', ['"one \\"quoted\\"" "two\\\\three"', '"zw\\195\\182lf"']],
    ['text', 'CAA', ['128 issuewild "ca.example; policy=ev"']],
    ['text', 'MX', ['10 mail.example.']],
    ['text', 'SRV', ['1 2 3 srv.example.']],
    ['text', 'PTR', ['host.example.']],
    ['any.thing.apps', 'A', ['192.0.2.9']],
  ])('reads %s %s', async (name, type, lines) => {
    expect(await short(`${name}.${ZONE}`, type)).toEqual(lines);
  });

  it('reads the SOA and the name servers of the zone', async () => {
    expect(await short(ZONE, 'SOA')).toEqual([
      'ns1.azure-dns.test. azuredns-hostmaster.microsoft.com. 1 3600 300 2419200 300',
    ]);
    expect((await short(ZONE, 'NS')).sort()).toEqual([1, 2, 3, 4].map((index) => `ns${index}.azure-dns.test.`));
  });

  it('sees authority, and neither recursion nor data where there is none', async () => {
    expect(await dig(`www.${ZONE}`, 'A')).toMatch(
      /status: NOERROR.*\n;; flags: qr aa rd; QUERY: 1, ANSWER: 2, AUTHORITY: 0/,
    );
    expect(await dig(`none.${ZONE}`, 'A')).toMatch(
      /status: NXDOMAIN.*\n;; flags: qr aa rd; QUERY: 1, ANSWER: 0, AUTHORITY: 1/,
    );
    expect(await dig(`www.${ZONE}`, 'TXT')).toMatch(
      /status: NOERROR.*\n;; flags: qr aa rd; QUERY: 1, ANSWER: 0, AUTHORITY: 1/,
    );
    expect(await dig(`none.${ZONE}`, 'A')).toMatch(new RegExp(`^${ZONE}\\.\\s+300\\s+IN\\s+SOA`, 'm'));
    expect(await dig('elsewhere.example', 'A')).toMatch(/status: REFUSED.*\n;; flags: qr rd;/);
  });

  it('is referred to the child with the address of its server', async () => {
    const text = await dig(`www.child.${ZONE}`, 'A', '+norecurse');
    expect(text).toMatch(/flags: qr; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 2/);
    expect(text).toMatch(new RegExp(`^ns\\.child\\.${ZONE}\\.\\s+5\\s+IN\\s+A\\s+192\\.0\\.2\\.53`, 'm'));
  });

  it('sees what does not fit, and has it over TCP', async () => {
    expect(await dig(`long.${ZONE}`, 'TXT', '+ignore', '+noedns')).toMatch(/flags: qr aa tc rd/);
    expect(await dig(`long.${ZONE}`, 'TXT', '+ignore', '+bufsize=4096')).toMatch(/flags: qr aa tc rd/);
    const whole = await dig(`long.${ZONE}`, 'TXT');
    expect(whole).toContain(';; Truncated, retrying in TCP mode.');
    expect(whole).toContain(Array.from({ length: 10 }, () => `"${'x'.repeat(250)}"`).join(' '));
    expect(await dig(`www.${ZONE}`, 'A', '+tcp')).toContain('(TCP)');
  });

  it('finds EDNS as it should be', async () => {
    expect(await dig(`www.${ZONE}`, 'A', '+edns=0')).toMatch(/EDNS: version: 0, flags:; udp: 1232/);
    expect(await dig(`www.${ZONE}`, 'A', '+dnssec')).toMatch(/EDNS: version: 0, flags: do; udp: 1232/);
    expect(await dig(`www.${ZONE}`, 'A', '+edns=1', '+noednsneg')).toMatch(/status: BADVERS/);
    expect(await dig(`www.${ZONE}`, 'A', '+noedns')).not.toContain('EDNS');
    // Options that nobody knows are passed over.
    expect(await dig(`www.${ZONE}`, 'A', '+ednsopt=65001:00ff')).toMatch(/status: NOERROR/);
  });

  it('hears of what is not offered', async () => {
    expect(await dig(`www.${ZONE}`, 'A', '+opcode=UPDATE')).toMatch(/status: (NOTIMP|FORMERR)/);
    expect(await dig(`www.${ZONE}`, 'A', '+opcode=STATUS')).toMatch(/status: NOTIMP/);
    expect(await dig('version.bind', 'TXT', '-c', 'CH')).toMatch(/status: NOTIMP/);
    expect(await dig(ZONE, 'AXFR')).toMatch(/Transfer failed/);
    expect(await dig(`www.${ZONE}`, 'TYPE65', '+norecurse')).toMatch(/status: NOERROR/);
  });
});
