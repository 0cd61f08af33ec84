// docker-compose.yml: docker-compose itself reads it, nothing listens beyond this machine, and its scripts do what naas
// needs, tried on the real Temporal server.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SEARCH_ATTRIBUTES } from '../../src/spec/names.ts';
import { ROOT } from '../../tools/paths.mjs';
import { findCompose } from '../support/docker-compose.ts';
import { sharedPlatform } from '../support/platform.ts';

const run = promisify(execFile);

interface Service {
  ports?: string[];
  image?: string;
  build?: { dockerfile: string };
  restart?: string;
  healthcheck?: object;
  environment?: Record<string, string>;
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
}

let services: Record<string, Service>;

beforeAll(() => {
  services = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')).services;
});

function service(name: string): Service {
  const found = services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

describe('docker-compose.yml', () => {
  it('is read by docker-compose config, with every value filled in', () => {
    const { command, args, env } = findCompose();
    const shown = execFileSync(command, [...args, 'config'], { cwd: ROOT, env, encoding: 'utf8' });
    const read = parse(shown).services as Record<string, Service>;
    expect(Object.keys(read).sort()).toEqual(Object.keys(services).sort());
    for (const { image } of Object.values(read)) expect(image).toMatch(/^[\w./-]+:[\w.-]+$/);
  });

  it('listens on loopback only', () => {
    const ports = Object.values(services).flatMap((each) => each.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('has a health check for whatever keeps running, and starts nothing before what it needs', () => {
    for (const [name, each] of Object.entries(services)) {
      const runsOn = each.restart === 'unless-stopped';
      expect([name, each.healthcheck !== undefined]).toEqual([name, runsOn]);
      for (const [needed, { condition }] of Object.entries(each.depends_on ?? {})) {
        const expected =
          service(needed).restart === 'unless-stopped' ? 'service_healthy' : 'service_completed_successfully';
        expect([name, needed, condition]).toEqual([name, needed, expected]);
      }
    }
    expect(Object.keys(service('worker').depends_on ?? {})).toEqual(['temporal-namespace']);
  });

  it('names files that are there, and only variables that the worker reads', () => {
    const files = Object.values(services).flatMap((each) => [
      ...(each.volumes ?? []).map((volume) => volume.split(':')[0] ?? '').filter((path) => path.startsWith('./')),
      ...(each.build === undefined ? [] : [each.build.dockerfile]),
    ]);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    const known = new Set(readFileSync(join(ROOT, 'src', 'config.ts'), 'utf8').match(/\bNAAS_[A-Z_]+/g));
    const set = Object.keys(service('worker').environment ?? {}).filter((name) => name.startsWith('NAAS_'));
    expect(set.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('the script for the namespace', () => {
  it('registers it and every search attribute of naas, and does nothing the second time', async () => {
    const { temporalAddress, temporalCli } = sharedPlatform();
    const namespace = `compose-${process.pid}`;
    const env = {
      PATH: `${dirname(temporalCli)}:${process.env['PATH']}`,
      HOME: process.env['HOME'],
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: namespace,
    };
    const script = join(ROOT, 'deploy', 'compose', 'namespace.sh');
    const first = await run('sh', [script], { env });
    expect(first.stdout).toContain(`Namespace ${namespace} successfully registered`);
    const list = ['operator', 'search-attribute', 'list', '--namespace', namespace];
    const { stdout } = await run(temporalCli, list, { env });
    const registered = [...stdout.matchAll(/^ *(Naas\w+) +(\w+)/gm)].map(([, name, type]) => [name, type]);
    expect(Object.fromEntries(registered)).toEqual(SEARCH_ATTRIBUTES);
    expect((await run('sh', [script], { env })).stdout.trim()).toBe('SERVING');
  });
});
