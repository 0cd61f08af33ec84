// Record sets of the management API: write, read, delete, list.

import { type ApiParts, type ApiRequest, type ApiResponse, type HandlersOf, json, VERBS, withoutBody } from './api.ts';
import { addressOf, checkNotDeleted } from './api-zones.ts';
import { parentNotFound } from './arm-errors.ts';
import { page } from './paging.ts';
import { type RecordSet, setsInOrder, type Zone } from './record-sets.ts';
import type { Route } from './route.ts';
import { parseJson, readDraft, recordSetBody, zoneId } from './wire-form.ts';

type SetRoute = Extract<Route, { resource: 'record-set' }>;

export const recordSetHandlers: HandlersOf<'record-set'> = {
  PUT: (route, request, parts) => {
    const zone = parentZone(route, request, parts);
    checkNotDeleted(zone, parts);
    return write(zone, route, request, parts);
  },
  PATCH: (route, request, parts) => {
    const zone = parentZone(route, request, parts);
    checkNotDeleted(zone, parts);
    parts.store.getSet(zone, route.name, route.type, parts.subscription);
    return write(zone, route, request, parts);
  },
  GET: (route, request, parts) => {
    const zone = parentZone(route, request, parts);
    const set = parts.store.getSet(zone, route.name, route.type, parts.subscription);
    return json(200, recordSetBody(addressOf(zone, parts), set), 'none', { ETag: set.etag });
  },
  DELETE: (route, request, parts) => {
    const zone = parentZone(route, request, parts);
    checkNotDeleted(zone, parts);
    const deleted = parts.store.deleteSet(zone, route.name, route.type, request.conditions);
    return deleted ? withoutBody(200, 'deleted') : withoutBody(204);
  },
};

export const recordSetsHandlers: HandlersOf<'record-sets'> = {
  GET: (route, request, parts) => {
    const zone = parentZone(route, request, parts);
    const suffix = request.query.get('$recordsetnamesuffix')?.toLowerCase() ?? '';
    const wanted = setsInOrder(zone).filter(
      ({ set }) => (route.type === undefined || set.type === route.type) && set.name.endsWith(suffix),
    );
    const listed = wanted.map(({ place, set }) => ({ place, body: recordSetBody(addressOf(zone, parts), set) }));
    return json(200, page(listed, request, parts));
  },
};

/** PUT says all of a set, PATCH what changes in it. */
function write(zone: Zone, route: SetRoute, request: ApiRequest, parts: ApiParts): ApiResponse {
  const body = parseJson(request.body);
  const draftOf = (present: RecordSet | undefined) => {
    // The service fills what a body of an SOA record set leaves out.
    const kept = request.method === 'PATCH' || route.type === 'SOA' ? present : undefined;
    return readDraft(route.type, route.name, body, kept);
  };
  const { set, outcome } = parts.store.writeSet(zone, route.name, route.type, request.conditions, draftOf);
  const created = outcome === 'created' ? 201 : 200;
  return json(created, recordSetBody(addressOf(zone, parts), set), outcome, { ETag: set.etag });
}

function parentZone(
  route: Extract<Route, { resource: 'record-set' | 'record-sets' }>,
  request: ApiRequest,
  parts: ApiParts,
): Zone {
  const zone = parts.store.find(route.resourceGroup, route.zone);
  if (zone !== undefined) return zone;
  throw parentNotFound(VERBS[request.method] ?? 'read', route.type ?? 'all', zoneId(route));
}
