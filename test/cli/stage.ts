// A stage for the CLI: a terminal and a client of plain functions, so that a command is argv in, text and exit code out.

import type { Dependencies, RunningPlatform } from '../../src/cli/context.ts';
import { main } from '../../src/cli/main.ts';
import { plain } from '../../src/cli/paint.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { NaasClient } from '../../src/client/api.ts';

export interface Setting {
  client?: Partial<NaasClient>;
  env?: Record<string, string>;
  files?: Record<string, string>;
  isTerminal?: boolean;
  answer?: string;
  platform?: RunningPlatform;
  /** Aborts once this many statuses were shown. */
  interrupt?: AbortSignal;
}

export interface Played {
  exit: number;
  out: string;
  err: string;
  /** What the client was made with. */
  options: Parameters<Dependencies['createClient']>[0][];
  provers: Parameters<Dependencies['createProver']>[0][];
  certificates: Parameters<Dependencies['createCertificate']>[0][];
  /** By path: what was written, for its owner alone. */
  written: Record<string, string>;
  closed: number;
}

export const NOW = '2026-03-01T12:00:00.000Z';

export async function play(argv: string[], setting: Setting = {}): Promise<Played> {
  const played: Played = {
    exit: -1,
    out: '',
    err: '',
    options: [],
    provers: [],
    certificates: [],
    written: {},
    closed: 0,
  };
  const dependencies: Dependencies = {
    createClient: async (options) => {
      played.options.push(options);
      return clientOf(setting.client ?? {}, () => {
        played.closed += 1;
      });
    },
    createProver: async (who) => {
      played.provers.push(who);
      return async () => 'a.signed.proof';
    },
    createCertificate: async (who) => {
      played.certificates.push(who);
      return { certificate: 'CERTIFICATE', key: 'KEY', notAfter: '2026-03-01T13:00:00.000Z' };
    },
    platform: async () => setting.platform,
  };
  played.exit = await main(argv, terminalOf(setting, played), dependencies);
  return played;
}

function terminalOf(setting: Setting, played: Played): Terminal {
  return {
    stdout: (text) => {
      played.out += text;
    },
    stderr: (text) => {
      played.err += text;
    },
    isTerminal: setting.isTerminal ?? false,
    width: 100,
    env: setting.env ?? {},
    paint: plain,
    nowMs: () => Date.parse(NOW),
    read: async (path) => {
      const text = setting.files?.[path];
      if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
      return text;
    },
    writePrivate: async (path, text) => {
      played.written[path] = text;
    },
    ask: async () => setting.answer ?? '',
    interruption: () => ({ signal: setting.interrupt ?? new AbortController().signal, release: () => undefined }),
  };
}

/** Whatever a test does not expect to be called fails it. */
function clientOf(given: Partial<NaasClient>, onClose: () => void): NaasClient {
  const unexpected = (name: string) => (): never => {
    throw new Error(`the command called ${name}, which this test does not expect`);
  };
  return {
    domains: {
      add: unexpected('domains.add'),
      buy: unexpected('domains.buy'),
      bought: unexpected('domains.bought'),
      status: unexpected('domains.status'),
      list: unexpected('domains.list'),
      remove: unexpected('domains.remove'),
      transfer: unexpected('domains.transfer'),
      decide: unexpected('domains.decide'),
    },
    submit: unexpected('submit'),
    preview: unexpected('preview'),
    decide: unexpected('decide'),
    status: unexpected('status'),
    watch: unexpected('watch'),
    list: unexpected('list'),
    approvals: unexpected('approvals'),
    plan: unexpected('plan'),
    history: unexpected('history'),
    teardown: unexpected('teardown'),
    cancel: unexpected('cancel'),
    adopt: unexpected('adopt'),
    recover: unexpected('recover'),
    change: unexpected('change'),
    transfer: unexpected('transfer'),
    request: unexpected('request'),
    retry: unexpected('retry'),
    skip: unexpected('skip'),
    abandon: unexpected('abandon'),
    close: async () => onClose(),
    ...given,
  };
}
