// The management API without its wire: a request in, an answer out. Order is the real one: who calls, which version, the
// limits, then the resource. Handlers stand in api-zones.ts and api-record-sets.ts.
import {
  ArmError,
  internalError,
  methodNotAllowed,
  missingApiVersion,
  resourceGroupNotFound,
  subscriptionNotFound,
  throttled,
  unknownApiVersion,
} from './arm-errors.ts';
import type { Conditions } from './preconditions.ts';
import { type Route, routeOf } from './route.ts';
import type { ZoneStore } from './store.ts';
import type { LimitedOperation, Throttle } from './throttle.ts';
import type { Tokens } from './tokens.ts';
import type { ZoneDeletions } from './zone-deletions.ts';

export interface ApiRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  authorization: string | undefined;
  conditions: Conditions;
  body: Buffer;
}

export interface ApiResponse {
  status: number;
  headers: Record<string, string>;
  /** '' for none. */
  body: string;
  effect: 'none' | 'created' | 'changed' | 'deleted';
}

export interface ApiParts {
  subscription: string;
  /** Lower case. */
  resourceGroups: ReadonlySet<string>;
  store: ZoneStore;
  throttle: Throttle;
  tokens: Tokens;
  deletions: ZoneDeletions;
  /** As a zone's body lists them. */
  nameServers: () => readonly string[];
  origin: () => string;
  /** The service's own default, when a request names no `$top`. */
  pageSize: number;
  nowMs: () => number;
}

export type Handler = (request: ApiRequest, parts: ApiParts) => ApiResponse;
export type Handlers = { [Resource in Route['resource']]: HandlersOf<Resource> };
export type HandlersOf<Resource extends Route['resource']> = Partial<
  Record<string, (route: Extract<Route, { resource: Resource }>, request: ApiRequest, parts: ApiParts) => ApiResponse>
>;

const API_VERSION = '2018-05-01';

/** Never throws: what nobody thought of is the service's own error. `caller` hears who it was, once that is known. */
export async function serve(
  request: ApiRequest,
  parts: ApiParts,
  handlers: Handlers,
  caller: (application: string) => void = () => {},
): Promise<ApiResponse> {
  try {
    caller(await parts.tokens.callerOf(request.authorization));
    const route = routeOf(request.path);
    checkScope(route, request, parts);
    const remaining = spend(route, request, parts);
    const response = handlerOf(handlers, route, request)(request, parts);
    if (Number.isFinite(remaining))
      response.headers['x-ms-ratelimit-remaining-subscription-resource-requests'] = String(remaining);
    return response;
  } catch (error) {
    const known = error instanceof ArmError ? error : internalError();
    return { status: known.status, headers: { ...JSON_BODY, ...known.headers }, body: known.body(), effect: 'none' };
  }
}

const JSON_BODY = { 'Content-Type': 'application/json; charset=utf-8' };

export function json(
  status: number,
  body: Record<string, unknown>,
  effect: ApiResponse['effect'] = 'none',
  headers: Record<string, string> = {},
): ApiResponse {
  return { status, headers: { ...JSON_BODY, ...headers }, body: JSON.stringify(body), effect };
}

export function withoutBody(
  status: number,
  effect: ApiResponse['effect'] = 'none',
  headers: Record<string, string> = {},
): ApiResponse {
  return { status, headers: { ...headers }, body: '', effect };
}

function checkScope(route: Route, request: ApiRequest, parts: ApiParts): void {
  const version = request.query.get('api-version');
  if (version === null) throw missingApiVersion();
  // Traffic Manager has versions of its own.
  if (version !== API_VERSION && route.resource !== 'traffic-managers') throw unknownApiVersion(version);
  if (route.subscription.toLowerCase() !== parts.subscription.toLowerCase())
    throw subscriptionNotFound(route.subscription);
  if (route.resourceGroup !== undefined && !parts.resourceGroups.has(route.resourceGroup.toLowerCase()))
    throw resourceGroupNotFound(route.resourceGroup);
}

function handlerOf(handlers: Handlers, route: Route, request: ApiRequest): Handler {
  const ofResource = handlers[route.resource] as HandlersOf<Route['resource']>;
  // Only our own: every object also has a `constructor`.
  const handler = Object.hasOwn(ofResource, request.method) ? ofResource[request.method] : undefined;
  if (handler === undefined) throw methodNotAllowed(request.method);
  return (given, parts) => handler(route as never, given, parts);
}

/** Answers how many such requests are left; throws when there is none. */
function spend(route: Route, { method }: ApiRequest, parts: ApiParts): number {
  const operation = limitedOperation(route, method);
  if (operation === undefined) return Number.POSITIVE_INFINITY;
  const scope = 'zone' in route ? route.zone : (route.resourceGroup ?? '');
  const admission = parts.throttle.admit(scope.toLowerCase(), operation, parts.nowMs());
  if (admission.admitted) return admission.remaining;
  throw throttled(actionOf(route, method), parts.throttle.limitOf(operation), admission.retryAfterSeconds);
}

function limitedOperation(route: Route, method: string): LimitedOperation | undefined {
  const verb = Object.hasOwn(VERBS, method) ? VERBS[method] : undefined;
  if (verb === undefined) return undefined;
  switch (route.resource) {
    case 'zones':
      return 'zoneLists';
    case 'zone':
      return ({ read: 'zoneGets', write: 'zoneWrites', delete: 'zoneDeletes' } as const)[verb];
    case 'record-sets':
      return 'recordSetLists';
    case 'record-set':
      return ({ read: 'recordSetGets', write: 'recordSetWrites', delete: 'recordSetDeletes' } as const)[verb];
    case 'operation':
    case 'traffic-managers':
      return undefined;
  }
}

export const VERBS: Partial<Record<string, 'read' | 'write' | 'delete'>> = {
  GET: 'read',
  PUT: 'write',
  PATCH: 'write',
  DELETE: 'delete',
};

/** As Azure names what a role may do. */
function actionOf(route: Route, method: string): string {
  const type = route.resource === 'record-set' || route.resource === 'record-sets' ? `/${route.type ?? 'all'}` : '';
  return `Microsoft.Network/dnsZones${type}/${VERBS[method]}`;
}
