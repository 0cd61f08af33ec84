// A real BIND of its own for a test file: dynamic zones on a loopback port, one TSIG key, a temporary folder, ended by the file.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLeash } from '../../src/local/leash.ts';
import { withFreePorts } from '../../src/local/ports.ts';
import { hasLogged, startChild, waitUntilReady } from '../../src/local/processes.ts';
import { fetchBind9 } from '../../tools/bind9.mjs';

export interface Bind {
  /** `address:port`. */
  server: string;
  keyFile: string;
  /** nsupdate, a hand that is not ours, signed with the same key. Throws what it says when the server refuses. */
  nsupdate(zone: string, lines: readonly string[]): void;
  /** What dig prints with these arguments. */
  dig(...args: string[]): string;
  stop(): Promise<void>;
}

const KEY = 'naas';

export async function startBind(zones: readonly string[]): Promise<Bind> {
  const programs = await fetchBind9(process.env);
  const folder = await mkdtemp(join(tmpdir(), 'naas-bind-'));
  const keyFile = join(folder, 'naas.key');
  await writeFile(
    keyFile,
    `key "${KEY}" {\n\talgorithm hmac-sha256;\n\tsecret "${randomBytes(32).toString('base64')}";\n};\n`,
  );
  for (const zone of zones) await writeFile(join(folder, `${zone}.zone`), zoneFile(zone));
  const leash = createLeash();
  leash.removeFolder(folder);
  try {
    return await withFreePorts(1, async ([port = 0]) => {
      const conf = join(folder, 'named.conf');
      await writeFile(conf, configuration(folder, port, zones));
      const named = startChild({
        name: 'named',
        command: programs.named,
        // In the foreground, one thread, its log to us.
        args: ['-g', '-n', '1', '-c', conf],
        env: programs.env,
        logFile: join(folder, `named-${port}.log`),
        leash,
      });
      await waitUntilReady(named, hasLogged(named, 'all zones loaded'), { timeoutMs: 30_000 });
      const call = (program: string, args: string[], input = ''): string =>
        execFileSync(program, args, { env: programs.env, input, encoding: 'utf8', stdio: 'pipe', timeout: 30_000 });
      return {
        server: `127.0.0.1:${port}`,
        keyFile,
        nsupdate(zone, lines) {
          const script = [`server 127.0.0.1 ${port}`, `zone ${zone}`, ...lines, 'send', ''].join('\n');
          call(programs.nsupdate, ['-v', '-k', keyFile], script);
        },
        dig: (...args) => call(programs.dig, ['@127.0.0.1', '-p', String(port), '+tries=1', ...args]),
        stop: async () => {
          await named.stop();
          await leash.letGo();
        },
      };
    });
  } catch (error) {
    await leash.letGo();
    throw error;
  }
}

function zoneFile(zone: string): string {
  const soa = `ns1.${zone}. hostmaster.${zone}. 1 3600 600 86400 5`;
  return `$TTL 5\n@ IN SOA ${soa}\n@ IN NS ns1.${zone}.\nns1 IN A 127.0.0.1\n`;
}

function configuration(folder: string, port: number, zones: readonly string[]): string {
  const zone = (name: string): string =>
    `zone "${name}" { type primary; file "${join(folder, `${name}.zone`)}"; update-policy { grant ${KEY} zonesub ANY; }; };`;
  return `
include "${join(folder, 'naas.key')}";
options {
  directory "${folder}";
  pid-file "${join(folder, 'named.pid')}";
  session-keyfile "${join(folder, 'session.key')}";
  managed-keys-directory "${folder}";
  lock-file none;
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no;
  dnssec-validation no;
  empty-zones-enable no;
  notify no;
  tcp-clients 1000;
};
controls { };
${zones.map(zone).join('\n')}
`;
}
