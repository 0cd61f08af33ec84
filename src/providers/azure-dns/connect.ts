// One client for one zone: the SDK without its own retries, held to each call's deadline, its answers looked at before they are
// believed. It knows no record.
import { readFile } from 'node:fs/promises';
import type { DnsManagementClient } from '@azure/arm-dns';
import type { CallOptions } from '../../activities/cluster.ts';
import { NaasError } from '../../spec/errors.ts';
import { type Bound, bind } from '../deadline.ts';
import { dnsFailure } from '../dns/failure.ts';
import { redact } from '../redact.ts';
import { type CredentialChoice, openCredential } from './credentials.ts';
import { type Attempt, failureOf } from './failures.ts';

export interface AzureOptions {
  subscriptionId: string;
  credential: CredentialChoice;
  /** Of the management API, when it is not the public cloud's. */
  endpoint?: string | undefined;
  authorityHost?: string | undefined;
  /** PEM file of the authorities to trust besides the system's. */
  caFile?: string | undefined;
}

/** Of one call, as the SDK hands it on. */
interface RawAnswer {
  status: number;
  bodyAsText?: string | null;
  headers: { get(name: string): string | undefined };
}

/** To be handed on to each operation of the SDK. */
interface Handed {
  abortSignal: AbortSignal;
  onResponse(answer: RawAnswer): void;
}

export interface AzureClient {
  readonly endpoint: string;
  /** One operation. What `send` throws is translated, unless it answers for it itself. */
  call<T>(
    attempt: { verb: Attempt['verb']; what: string },
    options: CallOptions,
    send: (client: DnsManagementClient, handed: Handed) => Promise<T>,
  ): Promise<{ status: number; body: T }>;
}

export const PUBLIC_ENDPOINT = 'https://management.azure.com';

/** Contacts nobody. */
export async function connectAzure(options: AzureOptions): Promise<AzureClient> {
  const endpoint = (options.endpoint ?? PUBLIC_ENDPOINT).replace(/\/$/, '');
  const ca = options.caFile === undefined ? undefined : await readAuthorities(options.caFile);
  const { credential, secrets } = await openCredential(options.credential, {
    authorityHost: options.authorityHost,
    ca,
  });
  // It takes a third of a second to import: nobody pays for it who has no zone there.
  const { DnsManagementClient } = await import('@azure/arm-dns');
  const client = new DnsManagementClient(credential, options.subscriptionId, {
    endpoint,
    // Temporal repeats, after the time that the server names.
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: 'naas' },
    ...(ca === undefined ? {} : { tlsOptions: { ca } }),
  });
  const calls = new WeakMap<object, Bound>();
  client.pipeline.addPolicy(
    {
      name: 'naasLastLookAtTheClock',
      async sendRequest(request, next) {
        const signal = request.abortSignal;
        if (signal !== undefined) calls.get(signal)?.send();
        return await next(request);
      },
    },
    // The last of all: the token has been waited for.
    { afterPhase: 'Sign' },
  );
  return {
    endpoint,
    async call({ verb, what }, options, send) {
      const words = { what: `${what} at ${endpoint}` };
      const bound = bind(options, words);
      calls.set(bound.signal, bound);
      let raw: RawAnswer | undefined;
      const handed: Handed = {
        abortSignal: bound.signal,
        onResponse: (answer) => {
          raw = answer;
        },
      };
      try {
        bound.signal.throwIfAborted();
        const body = await Promise.race([send(client, handed), endOf(bound.signal)]);
        return { status: statusOf(raw, words.what), body };
      } catch (error) {
        bound.signal.throwIfAborted();
        if (error instanceof NaasError) throw error;
        throw failureOf(error, { ...words, verb, sent: bound.wasSent(), clean: (text) => redact(text, secrets) });
      } finally {
        bound.forget();
      }
    },
  };
}

/** The SDK waits for a token without looking at the signal. */
function endOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** A page in JSON's place is passed over by the SDK, and would count as an empty answer, or as a removal. */
function statusOf(raw: RawAnswer | undefined, what: string): number {
  const type = raw?.headers.get('content-type') ?? '';
  const strange = (raw?.bodyAsText ?? '') !== '' && type !== '' && !/\bjson\b/i.test(type);
  if (raw !== undefined && !strange) return raw.status;
  throw unbelievable(what, raw === undefined ? 'nothing' : `${raw.status} with ${type}`);
}

export function unbelievable(what: string, got: string): NaasError {
  const why = `${what} was answered ${got} instead of the record set, so its effect is unknown`;
  return dnsFailure('Unavailable', why, 'Check what stands between naas and Azure; naas tries again by itself.');
}

async function readAuthorities(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    const todo = 'Name a PEM file of certificates in the configuration of the zone.';
    throw dnsFailure('Unavailable', `reading the authorities in ${file} failed (${why})`, todo);
  }
}
