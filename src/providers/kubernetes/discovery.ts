// Which kinds the API server knows, a group-version at a time: asked once, kept, and asked anew once when a kind is not
// found, because its CRD may have come meanwhile.
import { NaasError } from '../../spec/errors.ts';
import { failureOf, isStatus } from './failures.ts';
import { type CallOptions, isJson } from './object.ts';
import { type ApiResource, groupVersionPath } from './paths.ts';
import type { Transport } from './transport.ts';

export interface Discovery {
  resourceOf(kind: { apiVersion: string; kind: string }, options: CallOptions): Promise<ApiResource>;
  /** What is known already about a resource by its plural name; asks nobody. */
  known(resource: string, group: string): ApiResource | undefined;
  /** A resource by its plural and group, such as `widgets.example.com`, asked for where it is not known yet. */
  named(resource: string, options: CallOptions): Promise<ApiResource | undefined>;
  /** The server no longer serves what we believed: ask again next time. */
  forget(apiVersion: string): void;
}

export function createDiscovery(transport: Transport): Discovery {
  const kept = new Map<string, Map<string, ApiResource>>();
  const asking = new Map<string, Promise<Map<string, ApiResource>>>();
  const refused = new Map<string, { error: NaasError; untilMs: number }>();

  /** Whoever comes next, for whatever: a server that asked to wait is asked nothing before. */
  const untilThen = (apiVersion: string): NaasError | undefined => {
    const { error, untilMs = 0 } = refused.get(apiVersion) ?? {};
    const retryAfterMs = untilMs - Date.now();
    if (error !== undefined && retryAfterMs > 0) return new NaasError(error.problems, { cause: error, retryAfterMs });
    refused.delete(apiVersion);
    return undefined;
  };

  const ask = async (apiVersion: string, options: CallOptions): Promise<Map<string, ApiResource>> => {
    const under = asking.get(apiVersion);
    if (under !== undefined) return under;
    const early = untilThen(apiVersion);
    if (early !== undefined) throw early;
    // One request serves all who wait; it must not die with the first one's cancellation.
    const { deadlineMs } = options;
    const asked = fetchGroupVersion(transport, apiVersion, { deadlineMs })
      .then((resources) => {
        kept.set(apiVersion, resources);
        return resources;
      })
      .catch((error: unknown) => {
        const waitMs = error instanceof NaasError ? (error.retryAfterMs ?? 0) : 0;
        if (error instanceof NaasError && waitMs > 0) refused.set(apiVersion, { error, untilMs: Date.now() + waitMs });
        throw error;
      })
      .finally(() => asking.delete(apiVersion));
    asking.set(apiVersion, asked);
    return asked;
  };

  const known = (resource: string, group: string): ApiResource | undefined => {
    for (const resources of kept.values()) {
      for (const candidate of resources.values()) {
        if (candidate.resource === resource && groupOf(candidate.apiVersion) === group) return candidate;
      }
    }
    return undefined;
  };

  return {
    async resourceOf(kind, options) {
      const found = kept.get(kind.apiVersion)?.get(kind.kind) ?? (await ask(kind.apiVersion, options)).get(kind.kind);
      if (found !== undefined) return found;
      throw new NaasError({
        code: 'KindMissing',
        message: `the cluster at ${transport.server} does not know ${kind.kind} of ${kind.apiVersion}; install its CRD, or change the template`,
      });
    },
    known,
    async named(name, options) {
      const [resource = '', ...rest] = name.split('.');
      const group = rest.join('.');
      if (known(resource, group) !== undefined) return known(resource, group);
      for (const apiVersion of await versionsOf(transport, group, options)) {
        await ask(apiVersion, options);
        if (known(resource, group) !== undefined) break;
      }
      return known(resource, group);
    },
    forget: (apiVersion) => void kept.delete(apiVersion),
  };
}

/** The one that the server prefers first; none when nobody serves the group. */
async function versionsOf(transport: Transport, group: string, options: CallOptions): Promise<string[]> {
  if (group === '') return ['v1'];
  const what = `discovery of ${group}`;
  const answer = await transport.send({ method: 'GET', path: `/apis/${encodeURIComponent(group)}`, what }, options);
  if (answer.status === 404) return [];
  if (answer.status !== 200 || !isJson(answer.body) || !Array.isArray(answer.body['versions'])) {
    throw failureOf(answer, { what, verb: 'get', serverNowMs: transport.serverNowMs(), clean: transport.clean });
  }
  const { preferredVersion, versions } = answer.body as {
    preferredVersion?: { groupVersion: string };
    versions: { groupVersion: string }[];
  };
  const all = [...(preferredVersion === undefined ? [] : [preferredVersion]), ...versions];
  return [...new Set(all.map(({ groupVersion }) => groupVersion))];
}

async function fetchGroupVersion(
  transport: Transport,
  apiVersion: string,
  options: CallOptions,
): Promise<Map<string, ApiResource>> {
  const what = `discovery of ${apiVersion}`;
  const answer = await transport.send({ method: 'GET', path: groupVersionPath(apiVersion), what }, options);
  // A group that nobody serves is answered in plain text, before any API code runs.
  if (answer.status === 404 && (isStatus(answer) || answer.text.startsWith('404 page not found'))) return new Map();
  if (answer.status !== 200 || !isJson(answer.body) || !Array.isArray(answer.body['resources'])) {
    throw failureOf(answer, { what, verb: 'get', serverNowMs: transport.serverNowMs(), clean: transport.clean });
  }
  const resources = new Map<string, ApiResource>();
  for (const entry of answer.body['resources']) {
    const { name, kind, namespaced } = entry as { name: string; kind: string; namespaced: boolean };
    if (!name.includes('/')) resources.set(kind, { apiVersion, kind, resource: name, namespaced });
  }
  return resources;
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
