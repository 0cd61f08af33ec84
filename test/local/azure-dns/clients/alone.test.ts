// `naas local azure-dns` as a process of its own: says what a client needs, serves, and leaves nothing when it is interrupted.
import { type ChildProcess, spawn } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AloneFacts } from '../../../../src/local/azure-dns/main.ts';
import { ROOT } from '../../../../tools/paths.mjs';

let temporary: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'naas-azure-dns-alone-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(temporary, { recursive: true, force: true });
});

interface Started {
  text(): string;
  exit: Promise<number | null>;
}

function start(...args: string[]): Started {
  child = spawn(process.execPath, [join(ROOT, 'bin', 'naas.mjs'), 'local', 'azure-dns', ...args], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  const exited = new Promise<number | null>((resolve) => child?.once('close', resolve));
  return { text: () => text, exit: exited };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

describe('naas local azure-dns', () => {
  it('says where everything is, serves it, and ends on Ctrl-C with nothing left', async () => {
    const started = start('--json', '--zone', 'apps.test', '--zone', 'other.test', '--no-limits');
    await until(() => /^\}$/m.test(started.text()));
    const known = JSON.parse(started.text()) as AloneFacts;
    expect(known.zones).toEqual(['apps.test', 'other.test']);
    const dispatcher = new Agent({ connect: { ca: readFileSync(known.caFile) } });
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: known.clientId,
      client_secret: known.clientSecret,
      scope: `${known.endpoint}/.default`,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const granted = await request(known.tokenEndpoint, { method: 'POST', dispatcher, headers, body: form.toString() });
    const { access_token } = (await granted.body.json()) as { access_token: string };
    const path = `/subscriptions/${known.subscription}/resourceGroups/${known.resourceGroup}/providers/Microsoft.Network`;
    const zone = await request(`${known.endpoint}${path}/dnsZones/apps.test?api-version=2018-05-01`, {
      dispatcher,
      headers: { authorization: `Bearer ${access_token}` },
    });
    expect(await zone.body.json()).toMatchObject({ name: 'apps.test', properties: { nameServers: known.nameServers } });
    await dispatcher.close();
    const resolver = new Resolver();
    resolver.setServers(known.nameServers.slice(3));
    expect(await resolver.resolveSoa('other.test')).toMatchObject({ nsname: 'ns1.azure-dns.test' });
    child?.kill('SIGINT');
    expect(await started.exit).toBe(0);
    expect(existsSync(known.caFile)).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('prints it for a person, with the dig command', async () => {
    const started = start();
    await until(() => started.text().includes('Ctrl-C ends it.'));
    expect(started.text()).toMatch(/ask it\s+dig @127\.0\.0\.1 -p \d+ example\.test SOA/);
    expect(started.text()).toMatch(/tokens\s+https:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]+\/oauth2\/v2\.0\/token/);
    child?.kill('SIGTERM');
    expect(await started.exit).toBe(0);
  });

  it.each([
    ['--port', 'x'],
    ['--dns-port', '70000'],
  ])('refuses %s %s', async (option, value) => {
    const started = start(option, value);
    expect(await started.exit).toBe(2);
    expect(started.text()).toContain(`${option} ${value}`);
  });
});
