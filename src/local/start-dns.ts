// What `npm start` shows of DNS: the emulator's own server is asked over UDP, by `dig` where the machine has one, else by the
// built-in resolver, told in the same form. An answer that is not the expected one ends the demonstration.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { onPath } from '../../tools/paths.mjs';
import { ask } from '../providers/dns-query/index.ts';
import { NaasError } from '../spec/errors.ts';
import type { RecordType } from '../spec/record-set.ts';
import type { Status } from '../spec/status.ts';
import { LOCAL_GATEWAY } from './controllers/shared-gateway.ts';
import type { PlatformData } from './platform-data.ts';

const run = promisify(execFile);

export interface Question {
  name: string;
  type: RecordType;
}

export interface Answer {
  rcode: string;
  /** In the form of a zone file: name, seconds, class, type, value. */
  records: string[];
}

/** A server on this machine answers in milliseconds. */
const PATIENCE_MS = 5_000;
/** A demonstration, no survey. */
const MOST_ASKED = 4;

/** Of what naas published. A wildcard is asked for by one of the names that it stands for. */
export function questionsOf({ inventory }: Pick<Status, 'inventory'>): Question[] {
  const published = inventory.flatMap((entry) => (entry.system === 'dns' ? [entry] : []));
  return published.slice(0, MOST_ASKED).map(({ name, kind }) => ({ name: name.replace(/^\*\./, 'any.'), type: kind }));
}

/** Every name answers, and an address is the gateway's, read from the cluster by kubectl. */
export async function showAnswers(
  platform: PlatformData,
  questions: readonly Question[],
  signal: AbortSignal,
): Promise<string[]> {
  if (platform.dns === null || questions.length === 0) return [];
  const lines = ['', 'What the DNS server answers:'];
  const addresses = platform.standIns === null ? [] : await gatewayAddresses(platform, signal);
  for (const question of questions) {
    const answer = await asked(platform, question, lines, signal);
    const [first = ''] = answer.records;
    const value = first.split(/\s+/).slice(4).join(' ');
    const isAddress = ['A', 'AAAA', 'CNAME'].includes(question.type);
    if (first === '' || (isAddress && addresses.length > 0 && !addresses.includes(value.replace(/\.$/, ''))))
      throw unexpected(question, answer, `an address of the gateway (${addresses.join(', ')})`);
    if (isAddress && addresses.length > 0)
      lines.push(`  ✓ the address of Gateway ${LOCAL_GATEWAY.namespace}/${LOCAL_GATEWAY.name}`);
  }
  return lines;
}

/** No record is left: the name does not exist, or has nothing of this type where it is a whole zone's. */
export async function showSilence(
  platform: PlatformData,
  questions: readonly Question[],
  signal: AbortSignal,
): Promise<string[]> {
  const lines: string[] = [];
  for (const question of platform.dns === null ? [] : questions) {
    const answer = await asked(platform, question, lines, signal);
    const isSilent = answer.rcode === 'NXDOMAIN' || answer.rcode === 'NOERROR';
    if (!isSilent || answer.records.length > 0) throw unexpected(question, answer, 'no record');
  }
  return lines;
}

async function asked({ dns }: PlatformData, question: Question, lines: string[], signal: AbortSignal): Promise<Answer> {
  const [server = ''] = dns?.nameServers ?? [];
  const dig = onPath('dig');
  const words = digWords(server, question);
  lines.push(`  $ dig ${words.join(' ')}${dig === null ? "    # no dig here: asked by naas's own resolver" : ''}`);
  const answer =
    dig === null
      ? await byResolver(server, question, signal)
      : parseDig((await run(dig, words, { signal, timeout: PATIENCE_MS })).stdout);
  lines.push(`  ;; status: ${answer.rcode}`, ...answer.records.map((record) => `  ${record}`));
  return answer;
}

function digWords(server: string, { name, type }: Question): string[] {
  const colon = server.lastIndexOf(':');
  return [`@${server.slice(0, colon)}`, '-p', server.slice(colon + 1), name, type, '+noall', '+comments', '+answer'];
}

/** Of what dig prints, the status and the answer section. */
export function parseDig(text: string): Answer {
  const rcode = /status: ([A-Z]+)/.exec(text)?.[1] ?? 'no answer';
  const records = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith(';'));
  return { rcode, records: records.map((line) => line.trim().split(/\s+/).join(' ')) };
}

async function byResolver(server: string, { name, type }: Question, signal: AbortSignal): Promise<Answer> {
  const { rcode, answers, ttlSeconds } = await ask(server, name, type, {
    deadlineMs: Date.now() + PATIENCE_MS,
    signal,
  });
  return { rcode, records: answers.map((value) => `${name}. ${ttlSeconds ?? 0} IN ${type} ${value}`) };
}

async function gatewayAddresses({ kubectl, kubeconfig }: PlatformData, signal: AbortSignal): Promise<string[]> {
  const { namespace, name } = LOCAL_GATEWAY;
  const path = 'jsonpath={.status.addresses[*].value}';
  const words = ['--kubeconfig', kubeconfig, '-n', namespace, 'get', 'gateways.gateway.networking.k8s.io', name];
  const env = { ...process.env, KUBECACHEDIR: `${kubeconfig}.cache` };
  const { stdout } = await run(kubectl, [...words, '-o', path], { signal, env });
  return stdout.split(' ').filter((address) => address !== '');
}

function unexpected({ name, type }: Question, { rcode, records }: Answer, wanted: string): NaasError {
  const said = records.length === 0 ? rcode : records.join(', ');
  return new NaasError({ code: 'Unexpected', message: `${type} ${name} should answer ${wanted}; DNS says ${said}` });
}
