// What `npm start` reads of DNS, and what it asks for.
import { describe, expect, it } from 'vitest';
import { startAzureDns } from '../../src/local/azure-dns/index.ts';
import type { PlatformData } from '../../src/local/platform-data.ts';
import { parseDig, questionsOf, showAnswers, showSilence } from '../../src/local/start-dns.ts';
import type { InventoryEntry } from '../../src/spec/inventory.ts';

const published = (name: string, kind: 'A' | 'TXT'): InventoryEntry => ({
  system: 'dns',
  apiVersion: 'naas.dev/v1',
  cluster: 'local',
  zone: 'naas.test',
  kind,
  name,
  stage: 'publish',
  state: 'confirmed',
});

describe('the questions of the demonstration', () => {
  it('are the published records, and of a wildcard one of its names', () => {
    const inventory = [published('cart.naas.test', 'A'), published('*.cart.naas.test', 'A')];
    expect(questionsOf({ inventory })).toEqual([
      { name: 'cart.naas.test', type: 'A' },
      { name: 'any.cart.naas.test', type: 'A' },
    ]);
  });
});

describe('what dig prints', () => {
  it('is read as its status and its records', () => {
    const text = [
      ';; Got answer:',
      ';; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 5',
      ';; flags: qr aa; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1',
      '',
      ';; ANSWER SECTION:',
      'cart.naas.test.\t\t5\tIN\tA\t203.0.113.1',
      '',
    ].join('\n');
    expect(parseDig(text)).toEqual({ rcode: 'NOERROR', records: ['cart.naas.test. 5 IN A 203.0.113.1'] });
    expect(parseDig(';; connection timed out; no servers could be reached').rcode).toBe('no answer');
  });
});

describe('an answer that is not the expected one', () => {
  const { signal } = new AbortController();
  const question = { name: 'naas.test', type: 'NS' } as const;

  it('ends the demonstration, and the expected one is shown as dig shows it', async () => {
    const dns = await startAzureDns({ zones: ['naas.test'], listedNameServers: 'hosts' });
    try {
      const nameServers = dns.nameServers.map(({ address }) => `${address.address}:${address.port}`);
      const local = { endpoint: dns.endpoint, nameServers, zones: ['naas.test'], environment: {} };
      const platform = { dns: local, standIns: null } as unknown as PlatformData;
      const shown = await showAnswers(platform, [question], signal);
      expect(shown.join('\n')).toMatch(/\$ dig @127\.0\.0\.1 -p \d+ naas\.test NS .*\n {2};; status: NOERROR\n/);
      const missing = { name: 'cart.naas.test', type: 'A' } as const;
      await expect(showAnswers(platform, [missing], signal)).rejects.toThrow(/cart\.naas\.test should answer/);
      expect((await showSilence(platform, [missing], signal)).join('\n')).toContain(';; status: NXDOMAIN');
      await expect(showSilence(platform, [question], signal)).rejects.toThrow(/NS naas\.test should answer no record/);
    } finally {
      await dns.stop();
    }
  });
});
