// Hostnames where Azure DNS is not: a zone at a real BIND that takes signed updates, and one whose records somebody else writes
// from the routes, as external-dns does, while naas only waits for the answers to come and to go.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Platform, startPlatform } from '../../src/local/platform.ts';
import { ask } from '../../src/providers/dns-query/index.ts';
import { type Bind, startBind } from '../support/bind.ts';
import { kubectl } from '../support/cluster-snapshot.ts';
import { wholly } from '../support/platform.ts';
import { DEV, openStand, type Stand } from '../support/scenario.ts';

const SIGNED = 'signed.test';
const EXTERNAL = 'external.test';
const LOOK_EVERY_MS = 100;
const ttlSeconds = { default: 2, minimum: 1, maximum: 60 };

let bind: Bind;
let platform: Platform;
let stand: Stand;
let dir: string;

beforeAll(async () => {
  bind = await startBind([SIGNED, EXTERNAL]);
  platform = await startPlatform({ worker: false, standIns: { zone: SIGNED } });
  dir = await mkdtemp(join(tmpdir(), 'naas-elsewhere-'));
  const catalogDir = join(dir, 'catalog');
  await cp(platform.catalogDir, catalogDir, { recursive: true });
  const nameServers = [bind.server];
  const zones = {
    [SIGNED]: {
      description: 'A zone at a BIND.',
      provider: { kind: 'rfc2136', server: bind.server },
      ttlSeconds,
      nameServers,
    },
    [EXTERNAL]: { description: 'Of external-dns.', provider: { kind: 'external-dns' }, ttlSeconds, nameServers },
  };
  await writeFile(join(catalogDir, 'zones.yaml'), stringify(zones, { aliasDuplicateObjects: false }));
  stand = await openStand({ platform: wholly({ ...platform, catalogDir }) });
  await stand.startWorker({ NAAS_TSIG_KEY_FILE: bind.keyFile });
});

afterAll(async () => {
  await stand?.close();
  await platform?.stop();
  await bind?.stop();
  await rm(dir, { recursive: true, force: true });
});

const named = (...names: string[]) => ({ ...DEV, hostnames: names.map((name) => ({ name })) });
const answer = (name: string) => ask(bind.server, name, 'A', { deadlineMs: Date.now() + 5_000 });

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const giveUpMs = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > giveUpMs) throw new Error(`within a minute there was no moment at which ${what}`);
    await setTimeout(LOOK_EVERY_MS);
  }
}

describe('a hostname in a zone that takes signed updates', () => {
  it('answers with its mark beside it, and both are gone after the teardown', async () => {
    await stand.submit('elsewhere-bind', named('cart.signed.test', '*.wild.signed.test'));
    await stand.untilAll(['elsewhere-bind'], ['ready']);
    expect((await answer('cart.signed.test')).answers).toEqual(['203.0.113.1']);
    expect((await answer('any.wild.signed.test')).answers).toEqual(['203.0.113.1']);
    await stand.teardown('elsewhere-bind');
    await stand.untilAll(['elsewhere-bind'], ['deleted']);
    expect(await answer('cart.signed.test')).toMatchObject({ rcode: 'NXDOMAIN' });
    expect(await answer('cart.a._naas-owner.signed.test')).toMatchObject({ rcode: 'NXDOMAIN' });
  });
});

describe('a hostname whose record external-dns writes', () => {
  const NAME = 'elsewhere-external';
  const routes = async (): Promise<{ metadata: { annotations?: object } }[]> =>
    JSON.parse(await kubectl(stand.kube, 'get', 'httproutes', '-A', '-o', 'json')).items;

  it('is waited for, and its route tells nobody to leave it alone', async () => {
    await stand.submit(NAME, named('shop.external.test'));
    await until('the run waits for the answer', async () => (await stand.owner.status(NAME)).step === 'publish');
    const [route] = await routes();
    expect(Object.keys(route?.metadata.annotations ?? {}).filter((key) => key.includes('external-dns'))).toEqual([]);
    // What external-dns would do now.
    await bind.nsupdate(EXTERNAL, ['update add shop.external.test. 2 A 203.0.113.1']);
    await stand.untilAll([NAME], ['ready']);
    expect((await stand.owner.status(NAME)).inventory.filter(({ system }) => system === 'dns')).toEqual([]);
  });

  it('keeps the namespace and the name until it is gone, after the route', async () => {
    await stand.teardown(NAME);
    await until('the route is gone', async () => (await routes()).length === 0);
    await setTimeout(1_000);
    expect(await kubectl(stand.kube, 'get', 'namespace', NAME, '-o', 'jsonpath={.status.phase}')).toBe('Active');
    await bind.nsupdate(EXTERNAL, ['update delete shop.external.test. A']);
    await stand.untilAll([NAME], ['deleted']);
  });
});
