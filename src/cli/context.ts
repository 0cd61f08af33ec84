// What every command gets: the terminal, the global options and the parts that a test replaces. Types and printing only.
import type { NaasClient, NaasClientOptions, Prove } from '../client/api.ts';
import { harmless } from './harmless.ts';
import type { Terminal } from './terminal.ts';

export interface Globals {
  as?: string;
  group?: string[];
  json?: boolean;
  address?: string;
  namespace?: string;
  kubeconfig?: string;
  issuerKey?: string;
}

/** A platform of `naas local up` or `npm start` that runs on this machine. */
export interface RunningPlatform {
  kubeconfig: string;
  temporalAddress: string;
  temporalNamespace: string;
  issuerKeyFile: string;
  trustedKeysFile: string;
  catalogDir: string;
  /** Null with a cluster that was there before: who may sign in there is not the platform's to say. */
  controlPlane: { clientCaKeyFile: string } | null;
}

/** PEM, and until when it counts. */
export interface SignedCertificate {
  certificate: string;
  key: string;
  /** ISO 8601. */
  notAfter: string;
}

export interface Dependencies {
  createClient(options: NaasClientOptions): Promise<NaasClient>;
  createProver(who: { keyFile: string; subject: string; groups: string[] }): Promise<Prove>;
  /** A client certificate of the embedded cluster, for a person. */
  createCertificate(who: {
    authorityKeyFile: string;
    user: string;
    groups: string[];
    nowMs: number;
  }): Promise<SignedCertificate>;
  /** undefined: none runs. */
  platform(env: Record<string, string | undefined>): Promise<RunningPlatform | undefined>;
}

export interface Context {
  terminal: Terminal;
  globals: Globals;
  dependencies: Dependencies;
}

export function print(context: Context, lines: readonly string[]): void {
  if (lines.length > 0) context.terminal.stdout(`${harmless(lines.join('\n'))}\n`);
}

export function printJson(context: Context, value: unknown): void {
  context.terminal.stdout(`${JSON.stringify(value, null, 2)}\n`);
}

/** For what is of use to a person only: never mixed into a result that a program reads. */
export function say(context: Context, line: string): void {
  if (context.globals.json !== true) context.terminal.stderr(`${harmless(line)}\n`);
}
