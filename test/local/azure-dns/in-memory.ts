// The emulated Azure DNS without sockets: its store, its API as a function, and what a name server knows of it.
import { type ApiParts, type ApiResponse, serve } from '../../../src/local/azure-dns/api.ts';
import { HANDLERS } from '../../../src/local/azure-dns/api-handlers.ts';
import { type AliasTarget, answer, type DnsAnswer } from '../../../src/local/azure-dns/dns-answer.ts';
import { DnsZones } from '../../../src/local/azure-dns/dns-zones.ts';
import {
  RECORDS_PROPERTY,
  type RecordType,
  type RecordValues,
  SINGLE_RECORD,
} from '../../../src/local/azure-dns/record-sets.ts';
import { ZoneStore } from '../../../src/local/azure-dns/store.ts';
import { type Limits, Throttle } from '../../../src/local/azure-dns/throttle.ts';
import { Tokens } from '../../../src/local/azure-dns/tokens.ts';
import { ZoneDeletions } from '../../../src/local/azure-dns/zone-deletions.ts';

export const ORIGIN = 'https://127.0.0.1:8443';
export const SUBSCRIPTION = '00000000-0000-0000-0000-000000000001';
export const TENANT = '00000000-0000-0000-0000-000000000002';
export const APPLICATION = { clientId: 'naas', secret: 'open sesame' };
export const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network`;
export const ZONE = `${GROUP}/dnsZones/example.test`;

export interface Call {
  body?: unknown;
  ifMatch?: string;
  ifNoneMatch?: string;
  /** Of the URL, beside `api-version`. */
  query?: Record<string, string>;
  /** Bytes instead of a body as JSON. */
  raw?: Buffer;
}

export interface Answered extends Omit<ApiResponse, 'body'> {
  // biome-ignore lint/suspicious/noExplicitAny: bodies are looked into freely by tests.
  body: any;
}

export class InMemory {
  readonly handlers = HANDLERS;
  readonly store = new ZoneStore({ nameServerHosts: ['ns1.azure-dns.test', 'ns2.azure-dns.test'] });
  readonly zones = new DnsZones();
  readonly aliases = new Map<string, AliasTarget>();
  readonly throttle: Throttle;
  readonly tokens: Tokens;
  readonly deletions: ZoneDeletions;
  nowMs = 0;
  zoneDeletionMs = 0;
  pageSize = 100;

  constructor(options: { limits?: Limits; apex?: string } = {}) {
    this.throttle = new Throttle(options.limits);
    this.tokens = new Tokens({
      tenant: TENANT,
      applications: [APPLICATION],
      lifetimeSeconds: 60,
      origin: () => ORIGIN,
    });
    this.deletions = new ZoneDeletions({
      durationMs: () => this.zoneDeletionMs,
      delete: (zone) => this.store.deleteZone(zone),
    });
    this.store.onChange((change) => this.zones.apply(change));
    const none = { ifMatch: undefined, ifNoneMatch: undefined };
    this.store.putZone('rg', options.apex ?? 'example.test', {}, none);
  }

  async call(method: string, path: string, call: Call = {}): Promise<Answered> {
    const url = new URL(`${ORIGIN}${path}`);
    url.searchParams.set('api-version', '2018-05-01');
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
    const body = call.raw ?? Buffer.from(call.body === undefined ? '' : JSON.stringify(call.body));
    const conditions = { ifMatch: call.ifMatch, ifNoneMatch: call.ifNoneMatch };
    const request = {
      method,
      path: url.pathname,
      query: url.searchParams,
      authorization: await this.#bearer(),
      conditions,
      body,
    };
    const response = await serve(request, this.parts(), this.handlers);
    return { ...response, body: response.body === '' ? undefined : JSON.parse(response.body) };
  }

  /** A set of the zone, as PUT in one line. */
  async put<Type extends RecordType>(
    name: string,
    type: Type,
    records: RecordValues[Type][],
    call: Call = {},
  ): Promise<Answered> {
    const value = SINGLE_RECORD.includes(type) ? records[0] : records;
    const body = { properties: { TTL: 60, [RECORDS_PROPERTY[type]]: value } };
    return await this.call('PUT', `${ZONE}/${type}/${name}`, { body, ...call });
  }

  ask(name: string, type: string): DnsAnswer {
    return answer({ name, type }, this.zones, this.aliases);
  }

  snapshot(): string {
    return JSON.stringify(
      this.store.list(undefined).map((zone) => [zone, [...zone.sets].map(([name, types]) => [name, [...types]])]),
    );
  }

  async #bearer(): Promise<string> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: APPLICATION.clientId,
      client_secret: APPLICATION.secret,
      scope: `${ORIGIN}/.default`,
    });
    const { body } = await this.tokens.grant(TENANT, form);
    return `Bearer ${body['access_token']}`;
  }

  parts(): ApiParts {
    return {
      subscription: SUBSCRIPTION,
      resourceGroups: new Set(['rg', 'other']),
      store: this.store,
      throttle: this.throttle,
      tokens: this.tokens,
      deletions: this.deletions,
      nameServers: () => ['127.0.0.1:5301', '127.0.0.1:5302'],
      origin: () => ORIGIN,
      pageSize: this.pageSize,
      nowMs: () => this.nowMs,
    };
  }
}
