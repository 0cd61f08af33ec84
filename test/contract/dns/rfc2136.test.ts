// The contract of a DNS zone on a real BIND, and what is BIND's alone.

import { readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRfc2136Zone } from '../../../src/providers/rfc2136/index.ts';
import type { RecordKey, RecordSet } from '../../../src/spec/record-set.ts';
import { type Bind, startBind } from '../../support/bind.ts';
import { SAMPLE_OWNER as OWNER } from '../../support/sample-record.ts';
import { dnsZoneContract } from './zone-contract.ts';

const ZONE = 'contract.test';
const soon = () => ({ deadlineMs: Date.now() + 20_000 });

dnsZoneContract('a BIND', async () => {
  const bind = await startBind([ZONE]);
  const silent = await startSilence();
  const open = () =>
    openRfc2136Zone({ zone: ZONE, primary: bind.server, keyFile: bind.keyFile, nameServers: [bind.server] });
  return {
    zone: open(),
    second: open(),
    silent: openRfc2136Zone({ zone: ZONE, primary: silent.server, keyFile: bind.keyFile }),
    foreign: {
      write: async (set) => bind.nsupdate(ZONE, presentation(set)),
      remove: async ({ name, type }) => bind.nsupdate(ZONE, [`update delete ${name}. ${type}`]),
    },
    stop: async () => {
      await silent.stop();
      await bind.stop();
    },
  };
});

describe('a zone at a BIND, besides', () => {
  let bind: Bind;
  const open = (changed: { primary?: string; keyFile?: string; zone?: string } = {}) =>
    openRfc2136Zone({ zone: ZONE, primary: bind.server, keyFile: bind.keyFile, ...changed });
  const key = (label: string, type: RecordKey['type'] = 'A'): RecordKey => ({
    zone: ZONE,
    name: `${label}.${ZONE}`,
    type,
  });
  const set = (label: string, type: RecordKey['type'] = 'A', values = ['192.0.2.7']): RecordSet => ({
    ...key(label, type),
    ttlSeconds: 5,
    values,
  });

  beforeAll(async () => {
    bind = await startBind([ZONE]);
  });
  afterAll(async () => {
    await bind?.stop();
  });

  it('names its servers from the NS set of the apex', async () => {
    expect(await open().nameServers(soon())).toEqual([`ns1.${ZONE}`]);
  });

  it('holds what dig sees, the mark included, and nothing afterwards', async () => {
    const { uid = '' } = await open().create(set('shop'), OWNER, soon());
    expect(bind.dig('+short', `shop.${ZONE}`, 'A').trim()).toBe('192.0.2.7');
    const mark = bind.dig('+short', `shop.a._naas-owner.${ZONE}`, 'TXT');
    expect(mark).toContain(
      `naas-installation=${OWNER.installation} naas-namespace=${OWNER.namespace} naas-incarnation=${OWNER.incarnation} naas-request=${OWNER.requestId} naas-plan=${OWNER.planDigest} naas-write=`,
    );
    await open().remove(key('shop'), uid, soon());
    const status = (name: string) => /status: (\w+)/.exec(bind.dig(name, 'TXT'))?.[1];
    expect([status(`shop.${ZONE}`), status(`shop.a._naas-owner.${ZONE}`), status(`_naas-owner.${ZONE}`)]).toEqual([
      'NXDOMAIN',
      'NXDOMAIN',
      'NXDOMAIN',
    ]);
  });

  it('sees no mark in what somebody else wrote beside it: two marks, half a mark', async () => {
    await open().create(set('two'), OWNER, soon());
    bind.nsupdate(ZONE, [`update add two.a._naas-owner.${ZONE}. 5 TXT "naas-installation=evil"`]);
    // In whichever order the server gives them.
    for (let count = 0; count < 8; count += 1) expect((await open().read(key('two'), soon()))?.owner).toBeUndefined();
  });

  it('knows a delegation as its NS set, and writes nothing under it', async () => {
    const { uid } = await open().create(set('child', 'NS', ['ns.example.net']), OWNER, soon());
    expect(await open().read(key('child', 'NS'), soon())).toMatchObject({ version: uid, owner: OWNER });
    for (const label of ['child', 'x.child']) {
      await expect(open().create(set(label), OWNER, soon())).rejects.toMatchObject({ name: 'Invalid' });
      await expect(open().read(key(label), soon())).rejects.toMatchObject({ name: 'Invalid' });
    }
  });

  it('finds out that its mark was exchanged between reading and writing', async () => {
    const { uid = '' } = await open().create(set('swap'), OWNER, soon());
    bind.nsupdate(ZONE, [
      `update delete swap.a._naas-owner.${ZONE}. TXT`,
      `update add swap.a._naas-owner.${ZONE}. 5 TXT "naas-installation=other"`,
    ]);
    await expect(open().remove(key('swap'), uid, soon())).rejects.toMatchObject({ name: 'Outdated' });
    expect(bind.dig('+short', `swap.${ZONE}`, 'A').trim()).toBe('192.0.2.7');
  });

  it('refuses aliases, an empty set, and names under its own marks', async () => {
    const alias = { ...set('alias'), values: [], alias: '/subscriptions/x' };
    for (const wrong of [alias, set('empty', 'A', []), set('a._naas-owner'), set('bad', 'A', ['not an address'])])
      await expect(open().create(wrong, OWNER, soon())).rejects.toMatchObject({ name: 'Invalid' });
  });

  it('says what is wrong with the key, and never the key', async () => {
    const text = await readFile(bind.keyFile, 'utf8');
    const secret = /secret "([^"]+)"/.exec(text)?.[1] ?? '';
    const cases = [
      ['Forbidden', 'BADKEY', text.replace('"naas"', '"stranger"')],
      ['Forbidden', 'BADSIG', text.replace(secret, Buffer.alloc(32, 7).toString('base64'))],
      ['Unavailable', 'has to name one of the algorithms', text.replace('hmac-sha256', 'hmac-md5')],
    ] as const;
    for (const [name, why, changed] of cases) {
      const keyFile = `${bind.keyFile}.changed`;
      await writeFile(keyFile, changed);
      const refused = open({ keyFile }).create(set('key'), OWNER, soon());
      await expect(refused).rejects.toMatchObject({ name, message: expect.stringContaining(why) });
      await expect(refused).rejects.toMatchObject({ message: expect.not.stringContaining(secret) });
    }
    await expect(open({ keyFile: '/nowhere' }).read(key('key'), soon())).rejects.toMatchObject({ name: 'Unavailable' });
  });

  it('takes a key that is exchanged in its file at the next call', async () => {
    const keyFile = `${bind.keyFile}.rotated`;
    await writeFile(keyFile, 'nothing yet');
    const zone = open({ keyFile });
    await expect(zone.read(key('key'), soon())).rejects.toMatchObject({ name: 'Unavailable' });
    await writeFile(keyFile, await readFile(bind.keyFile, 'utf8'));
    expect(await zone.read(key('key'), soon())).toBeUndefined();
  });

  it('tells a zone that is not there from a server that is not', async () => {
    const other = open({ zone: 'elsewhere.test' });
    const elsewhere: RecordSet = { ...set('x'), zone: 'elsewhere.test', name: 'x.elsewhere.test' };
    await expect(other.create(elsewhere, OWNER, soon())).rejects.toMatchObject({
      name: expect.stringMatching(/Forbidden|NotFound/),
    });
    const gone = open({ primary: '127.0.0.1:1' }).create(set('x'), OWNER, soon());
    await expect(gone).rejects.toMatchObject({ name: 'Unavailable', message: expect.stringContaining('ECONNREFUSED') });
  });
});

function presentation({ name, type, ttlSeconds, values }: RecordSet): string[] {
  const text = (value: string): string => `"${value.replaceAll(/(["\\])/g, '\\$1')}"`;
  return values.map((value) => `update add ${name}. ${ttlSeconds} ${type} ${type === 'TXT' ? text(value) : value}`);
}

async function startSilence(): Promise<{ server: string; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => {}).resume()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
