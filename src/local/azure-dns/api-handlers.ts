// What answers which resource of the API. Nothing but the table.
import type { Handlers } from './api.ts';
import { recordSetHandlers, recordSetsHandlers } from './api-record-sets.ts';
import { operationHandlers, trafficManagersHandlers, zoneHandlers, zonesHandlers } from './api-zones.ts';

export const HANDLERS: Handlers = {
  zones: zonesHandlers,
  zone: zoneHandlers,
  'record-sets': recordSetsHandlers,
  'record-set': recordSetHandlers,
  operation: operationHandlers,
  'traffic-managers': trafficManagersHandlers,
};
