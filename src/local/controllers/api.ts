// The three calls that the stand-in controllers make: list, watch, write a status. Plain HTTP over one pool; it decides
// nothing and repeats nothing.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import type { LiveObject } from '../../spec/gateway-objects.ts';
import type { WatchedKind } from './objects.ts';

export interface ApiAccess {
  server: string;
  caFile: string;
  /** Read anew for each call: it is renewed in place. */
  tokenFile: string;
}

export type WatchEvent =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: LiveObject }
  | { type: 'ERROR'; object: { code?: number; message?: string } };

export interface Api {
  list(kind: WatchedKind, signal: AbortSignal): Promise<{ items: LiveObject[]; resourceVersion: string }>;
  /** Ends when the server ends it, which it does after a while. */
  watch(kind: WatchedKind, resourceVersion: string, signal: AbortSignal): AsyncIterable<WatchEvent>;
  /** The object as it is afterwards; undefined when it was changed meanwhile, or is gone. */
  writeStatus(kind: WatchedKind, object: LiveObject, status: object): Promise<LiveObject | undefined>;
  close(): Promise<void>;
}

/** The server ends a watch after it, and what a watch may have missed is then read whole. */
const WATCH_SECONDS = 60;
/** Where the server does not: a connection that died without a word. */
const LONGEST_WATCH_MS = 75_000;
/** An API server on loopback that needs longer is in trouble. */
const CALL_MS = 10_000;

export function openApi({ server, caFile, tokenFile }: ApiAccess): Api {
  // Each watch holds a connection; a watch is silent for as long as nothing happens.
  const dispatcher = new Agent({ connect: { ca: readFileSync(caFile) }, allowH2: false, bodyTimeout: 0 });
  const headers = () => ({
    authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`,
    accept: 'application/json',
  });
  const collection = ({ apiVersion, resource }: WatchedKind, namespace?: string): string => {
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    return `${server}${base}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${resource}`;
  };
  const refuse = async (what: string, answer: Awaited<ReturnType<typeof request>>): Promise<Error> =>
    new Error(`${what}: ${answer.statusCode} ${(await answer.body.text()).trim().slice(0, 300)}`);

  return {
    async list(kind, signal) {
      const within = AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]);
      const answer = await request(collection(kind), { dispatcher, headers: headers(), signal: within });
      if (answer.statusCode !== 200) throw await refuse(`list of ${kind.resource}`, answer);
      const { metadata, items } = (await answer.body.json()) as {
        metadata: { resourceVersion: string };
        items: LiveObject[];
      };
      // The items of a list do not repeat the kind.
      return { items: items.map((each) => ({ ...each, kind: kind.kind })), resourceVersion: metadata.resourceVersion };
    },
    async *watch(kind, resourceVersion, signal) {
      const query = { watch: '1', resourceVersion, timeoutSeconds: String(WATCH_SECONDS) };
      const within = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_WATCH_MS)]);
      const answer = await request(collection(kind), { dispatcher, headers: headers(), query, signal: within });
      if (answer.statusCode !== 200) throw await refuse(`watch of ${kind.resource}`, answer);
      const decoder = new TextDecoder();
      let rest = '';
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) yield JSON.parse(line) as WatchEvent;
      }
    },
    async writeStatus(kind, object, status) {
      const { name, namespace, resourceVersion } = object.metadata;
      const answer = await request(`${collection(kind, namespace)}/${name}/status?fieldManager=naas-stand-in`, {
        dispatcher,
        method: 'PATCH',
        headers: { ...headers(), 'content-type': 'application/merge-patch+json' },
        // Bound to the version that was read: nobody's status is written over.
        body: JSON.stringify({ metadata: { resourceVersion }, status }),
        signal: AbortSignal.timeout(CALL_MS),
      });
      if (answer.statusCode === 409 || answer.statusCode === 404) {
        await answer.body.dump();
        return undefined;
      }
      if (answer.statusCode !== 200) throw await refuse(`status of ${kind.kind} ${namespace ?? ''}/${name}`, answer);
      return (await answer.body.json()) as LiveObject;
    },
    close: () => dispatcher.destroy(),
  };
}
