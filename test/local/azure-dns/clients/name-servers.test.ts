// Four name servers over UDP and TCP: each answers from the store, and can be stopped, slow, silent or late by itself.

import { Resolver } from 'node:dns/promises';
import type { DnsManagementClient } from '@azure/arm-dns';
import { decode, encode, streamEncode } from 'dns-packet';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AzureDns, startAzureDns } from '../../../../src/local/azure-dns/index.ts';
import { lookUp, type Plain, plainHttps, sdk, sendDatagram, sendStream } from './over-the-wire.ts';

const ZONE = 'example.test';
const ALL = [0, 1, 2, 3];

let azure: AzureDns;
let client: DnsManagementClient;
let plain: Plain;
beforeAll(async () => {
  azure = await startAzureDns({ zones: [ZONE] });
  client = sdk(azure);
  plain = plainHttps(azure);
});
afterAll(async () => {
  await plain.close();
  await azure.stop();
});
afterEach(async () => {
  for (const server of azure.nameServers) {
    server.set({ mode: 'answering', answerDelayMs: 0, propagation: 0 });
    await server.start();
  }
});

const write = async (name: string, ...addresses: string[]): Promise<void> => {
  const aRecords = addresses.map((ipv4Address) => ({ ipv4Address }));
  await client.recordSets.createOrUpdate(azure.resourceGroup, ZONE, name, 'A', { ttl: 5, aRecords });
};

const askAll = async (name: string): Promise<(string[] | string)[]> =>
  await Promise.all(ALL.map((server) => lookUp(azure, server, `${name}.${ZONE}`)));

const port = (server: number): number => azure.nameServers[server]?.address.port ?? 0;
const question = (name: string, id = 1): Buffer => encode({ type: 'query', id, questions: [{ name, type: 'A' }] });

describe('the name servers', () => {
  it('answer alike with what was written, and no more when it was deleted', async () => {
    await write('www', '192.0.2.1', '192.0.2.2');
    expect(await askAll('www')).toEqual(ALL.map(() => ['192.0.2.1', '192.0.2.2']));
    await client.recordSets.delete(azure.resourceGroup, ZONE, 'www', 'A');
    expect(await askAll('www')).toEqual(ALL.map(() => 'ENOTFOUND'));
  });

  it('answer over TCP, several questions on one connection, also cut into pieces', async () => {
    await write('tcp', '192.0.2.7');
    const frames = [1, 2].map((id) =>
      streamEncode({ type: 'query', id, questions: [{ name: `tcp.${ZONE}`, type: 'A' }] }),
    );
    const stream = Buffer.concat(frames);
    const alone = (await sendDatagram(port(0), question(`tcp.${ZONE}`), 10_000)) ?? Buffer.alloc(0);
    const pieces = [stream.subarray(0, 1), stream.subarray(1, 20), stream.subarray(20)];
    const received = await sendStream(port(0), pieces, 2 * (alone.length + 2));
    const second = received.subarray(alone.length + 2 + 2);
    expect([decode(received.subarray(2)).id, decode(second).id]).toEqual([1, 2]);
    expect(decode(second).answers).toMatchObject([{ data: '192.0.2.7' }]);
  });

  it('cut what is too long for UDP, so that a resolver asks again over TCP', async () => {
    const addresses = Array.from({ length: 20 }, (_, index) => `192.0.2.${index}`);
    for (const letter of ['a', 'b', 'c']) await write(`${letter.repeat(60)}.many`, ...addresses);
    const value = Array.from({ length: 8 }, () => 'x'.repeat(250));
    const set = { ttl: 5, txtRecords: [{ value }] };
    await client.recordSets.createOrUpdate(azure.resourceGroup, ZONE, 'long', 'TXT', set);
    const query = encode({ type: 'query', id: 1, questions: [{ name: `long.${ZONE}`, type: 'TXT' }] });
    const cut = (await sendDatagram(port(0), query, 10_000)) ?? Buffer.alloc(0);
    expect(decode(cut)).toMatchObject({ flag_tc: true, answers: [] });
    const resolver = new Resolver();
    resolver.setServers([`127.0.0.1:${port(0)}`]);
    expect(await resolver.resolveTxt(`long.${ZONE}`)).toEqual([value]);
  });

  it('go on after bytes that are no question', async () => {
    for (const junk of [Buffer.alloc(0), Buffer.alloc(5), Buffer.alloc(600, 0xff), question('x').fill(0xc0, 12)])
      await sendDatagram(port(0), junk, 50);
    const closed = await sendStream(port(0), [Buffer.from([0, 0]), Buffer.from([0, 1, 7])], 100);
    expect(closed).toHaveLength(0);
    await write('still', '192.0.2.9');
    expect(await lookUp(azure, 0, `still.${ZONE}`)).toEqual(['192.0.2.9']);
  });
});

describe('one of them', () => {
  it('that is stopped does not answer, and knows what was written meanwhile when it is back on its port', async () => {
    await azure.nameServers[1]?.stop();
    await write('stopped', '192.0.2.3');
    expect(await askAll('stopped')).toEqual([['192.0.2.3'], 'ECONNREFUSED', ['192.0.2.3'], ['192.0.2.3']]);
    await azure.nameServers[1]?.start();
    expect(await lookUp(azure, 1, `stopped.${ZONE}`)).toEqual(['192.0.2.3']);
  });

  it('whose news are held answers with what it knew, until they are let go: 2 of 4 answer', async () => {
    await write('held', '192.0.2.1');
    for (const server of [2, 3]) azure.nameServers[server]?.set({ propagation: 'held' });
    await write('held', '192.0.2.2');
    await write('held-new', '192.0.2.4');
    expect(await askAll('held')).toEqual([['192.0.2.2'], ['192.0.2.2'], ['192.0.2.1'], ['192.0.2.1']]);
    expect(await askAll('held-new')).toEqual([['192.0.2.4'], ['192.0.2.4'], 'ENOTFOUND', 'ENOTFOUND']);
    await plain.call('PUT', '/_name-servers/2', { propagation: 0 });
    azure.nameServers[3]?.set({ propagation: 0 });
    expect(await askAll('held')).toEqual(ALL.map(() => ['192.0.2.2']));
    expect(await askAll('held-new')).toEqual(ALL.map(() => ['192.0.2.4']));
  });

  it('that hears later gets the changes in their order, and none early', async () => {
    const [server] = azure.nameServers;
    server?.set({ propagation: 800 });
    const writtenMs = Date.now();
    await write('late', '192.0.2.1');
    server?.set({ propagation: 0 });
    await write('late', '192.0.2.2');
    const seen = new Set<string>();
    while (!seen.has('192.0.2.2')) seen.add(String(await lookUp(azure, 0, `late.${ZONE}`)));
    expect(Date.now() - writtenMs).toBeGreaterThanOrEqual(800);
    expect([...seen].at(-1)).toBe('192.0.2.2');
    expect(await lookUp(azure, 0, `late.${ZONE}`)).toEqual(['192.0.2.2']);
  });

  it('is silent, failing, refusing or slow as it is told to be', async () => {
    await write('mood', '192.0.2.1');
    const told = async (switches: Record<string, unknown>, timeoutMs?: number): Promise<string[] | string> => {
      expect((await plain.call('PUT', '/_name-servers/0', switches)).status).toBe(204);
      return await lookUp(azure, 0, `mood.${ZONE}`, timeoutMs);
    };
    expect(await told({ mode: 'silent' }, 300)).toBe('ETIMEOUT');
    expect(await told({ mode: 'failing' })).toBe('ESERVFAIL');
    expect(await told({ mode: 'refusing' })).toBe('EREFUSED');
    expect(await told({ mode: 'answering', answerDelayMs: 60_000 }, 300)).toBe('ETIMEOUT');
    expect(await told({ answerDelayMs: 0 })).toEqual(['192.0.2.1']);
    const { nameServers } = JSON.parse((await plain.call('GET', '/_name-servers')).text);
    expect(nameServers).toHaveLength(4);
    expect(nameServers[0]).toMatchObject({ running: true, mode: 'answering', served: { udp: expect.any(Number) } });
    expect(nameServers[0].served.udp).toBeGreaterThan(4);
  });
});
