// Zones of the management API: create, change, read, list, delete, and what became of a deletion.

import { type ApiParts, type ApiRequest, type ApiResponse, type HandlersOf, json, withoutBody } from './api.ts';
import {
  badRequest,
  conflict,
  locationNotAvailable,
  locationRequired,
  noSuchResource,
  zoneNotFound,
} from './arm-errors.ts';
import { page } from './paging.ts';
import type { Zone } from './record-sets.ts';
import type { Route } from './route.ts';
import { lookUp, parseJson, readTexts, type ZoneAddress, zoneBody } from './wire-form.ts';

type ZoneRoute = Extract<Route, { resource: 'zone' }>;

export const zonesHandlers: HandlersOf<'zones'> = {
  GET: (route, request, parts) => {
    const zones = parts.store.list(route.resourceGroup);
    return json(
      200,
      page(
        zones.map((zone) => ({ place: zone.name, body: bodyOf(zone, parts) })),
        request,
        parts,
      ),
    );
  },
};

export const zoneHandlers: HandlersOf<'zone'> = {
  PUT: (route, request, parts) => {
    const body = parseJson(request.body);
    checkLocation(body);
    const tags = readTexts('tags', lookUp(body, 'tags')) ?? {};
    const present = parts.store.find(route.resourceGroup, route.zone);
    if (present !== undefined) checkNotDeleted(present, parts);
    const { zone, outcome } = parts.store.putZone(route.resourceGroup, route.zone, tags, request.conditions);
    return json(outcome === 'created' ? 201 : 200, bodyOf(zone, parts), outcome, { ETag: zone.etag });
  },
  PATCH: (route, request, parts) => {
    const zone = foundZone(route, parts);
    checkNotDeleted(zone, parts);
    const tags = readTexts('tags', lookUp(parseJson(request.body), 'tags'));
    const changed = parts.store.retagZone(zone, tags, request.conditions);
    return json(200, bodyOf(changed, parts), 'changed', { ETag: changed.etag });
  },
  GET: (route, _request, parts) => {
    const zone = foundZone(route, parts);
    return json(200, bodyOf(zone, parts), 'none', { ETag: zone.etag });
  },
  DELETE: deleteZone,
};

export const operationHandlers: HandlersOf<'operation'> = {
  GET: (route, request, parts) => {
    const status = parts.deletions.statusOf(route.id);
    if (status === undefined) throw noSuchResource(request.path);
    const headers = status === 'InProgress' ? POLL_SOON : {};
    if (route.answers === 'status') return json(200, { status }, 'none', headers);
    return withoutBody(status === 'InProgress' ? 202 : 200, 'none', headers);
  },
};

/** A subscription without any. */
export const trafficManagersHandlers: HandlersOf<'traffic-managers'> = {
  GET: () => json(200, { value: [] }),
};

/** The least that the header can say. Without it clients wait for their own default, up to half a minute. */
const POLL_SOON = { 'Retry-After': '1' };

function deleteZone(route: ZoneRoute, request: ApiRequest, parts: ApiParts): ApiResponse {
  const zone = parts.store.find(route.resourceGroup, route.zone);
  if (zone === undefined) return withoutBody(204);
  parts.store.checkZoneDeletion(zone, request.conditions);
  const { id } = parts.deletions.begin(zone);
  const { subscription, resourceGroup } = route;
  const operations = `${parts.origin()}/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network`;
  const version = `?api-version=${request.query.get('api-version')}`;
  return withoutBody(202, 'deleted', {
    'Azure-AsyncOperation': `${operations}/dnsOperationStatuses/${id}${version}`,
    Location: `${operations}/dnsOperationResults/${id}${version}`,
    ...POLL_SOON,
  });
}

export function addressOf(zone: Zone, parts: ApiParts): ZoneAddress {
  return { subscription: parts.subscription, resourceGroup: zone.resourceGroup, zone: zone.name };
}

export function checkNotDeleted(zone: Zone, parts: ApiParts): void {
  if (parts.deletions.isRunning(zone)) throw conflict(`The zone '${zone.name}' is being deleted.`);
}

function foundZone({ resourceGroup, zone }: ZoneRoute, parts: ApiParts): Zone {
  const found = parts.store.find(resourceGroup, zone);
  if (found === undefined) throw zoneNotFound(zone, resourceGroup);
  return found;
}

function bodyOf(zone: Zone, parts: ApiParts): Record<string, unknown> {
  return zoneBody(addressOf(zone, parts), zone, parts.nameServers());
}

function checkLocation(body: Record<string, unknown>): void {
  const location = lookUp(body, 'location');
  if (typeof location !== 'string') throw locationRequired();
  if (location.toLowerCase() !== 'global') throw locationNotAvailable(location);
  const properties = lookUp(body, 'properties');
  const zoneType = typeof properties === 'object' && properties !== null ? lookUp({ ...properties }, 'zoneType') : null;
  if (zoneType === 'Private')
    throw badRequest(
      'Creation of private DNS zones using this API is no longer allowed. Please use privatednszones resource instead of dnszones resource. Refer to https://aka.ms/privatednsmigration for details.',
    );
}
