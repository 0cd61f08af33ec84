// Which resource a path names. Pure. Fixed segments are read in any case, as Azure Resource Manager does.
import { badRequest, noSuchResource } from './arm-errors.ts';
import { RECORD_TYPES, type RecordType } from './record-sets.ts';

interface InZone {
  subscription: string;
  resourceGroup: string;
  zone: string;
}

export type Route =
  | { resource: 'zones'; subscription: string; resourceGroup: string | undefined }
  | ({ resource: 'zone' } & InZone)
  /** type undefined: all types. */
  | ({ resource: 'record-sets'; type: RecordType | undefined } & InZone)
  | ({ resource: 'record-set'; type: RecordType; name: string } & InZone)
  /** None of ours, but asked for by clients that look for aliases of it. */
  | { resource: 'traffic-managers'; subscription: string; resourceGroup: string }
  | { resource: 'operation'; subscription: string; resourceGroup: string; answers: 'status' | 'result'; id: string };

const GROUP = '/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/Microsoft\\.Network';
const PATTERNS = {
  subscriptionZones: /^\/subscriptions\/([^/]+)\/providers\/Microsoft\.Network\/dnszones$/i,
  groupZones: new RegExp(`^${GROUP}/dnszones$`, 'i'),
  trafficManagers: new RegExp(`^${GROUP}/trafficmanagerprofiles$`, 'i'),
  zone: new RegExp(`^${GROUP}/dnszones/([^/]+)$`, 'i'),
  sets: new RegExp(`^${GROUP}/dnszones/([^/]+)/([^/]+)$`, 'i'),
  set: new RegExp(`^${GROUP}/dnszones/([^/]+)/([^/]+)/([^/]+)$`, 'i'),
  operation: new RegExp(`^${GROUP}/dnsOperation(Status|Result)(?:es|s)/([^/]+)$`, 'i'),
};

/** Throws the ArmError of a path that names nothing. */
export function routeOf(path: string): Route {
  const trimmed = path.length > 1 ? path.replace(/\/+$/, '') : path;
  const [match, ...parts] = partsOf(PATTERNS.subscriptionZones, trimmed);
  if (match !== undefined) return { resource: 'zones', subscription: text(parts[0]), resourceGroup: undefined };
  for (const kind of ['groupZones', 'trafficManagers', 'zone', 'sets', 'set', 'operation'] as const) {
    const [found, ...segments] = partsOf(PATTERNS[kind], trimmed);
    if (found !== undefined) return inGroup(kind, segments.map(text), path);
  }
  throw noSuchResource(path);
}

function inGroup(kind: Exclude<keyof typeof PATTERNS, 'subscriptionZones'>, segments: string[], path: string): Route {
  const [subscription = '', resourceGroup = '', third = '', fourth = '', fifth = ''] = segments;
  const inZone = { subscription, resourceGroup, zone: third.toLowerCase() };
  switch (kind) {
    case 'groupZones':
      return { resource: 'zones', subscription, resourceGroup };
    case 'trafficManagers':
      return { resource: 'traffic-managers', subscription, resourceGroup };
    case 'zone':
      return { resource: 'zone', ...inZone };
    case 'sets':
      if (['recordsets', 'all'].includes(fourth.toLowerCase()))
        return { resource: 'record-sets', type: undefined, ...inZone };
      return { resource: 'record-sets', type: typeOf(fourth, path), ...inZone };
    case 'set':
      return { resource: 'record-set', type: typeOf(fourth, path), name: fifth.toLowerCase(), ...inZone };
    case 'operation': {
      const answers = third.toLowerCase() === 'status' ? 'status' : 'result';
      return { resource: 'operation', subscription, resourceGroup, answers, id: fourth };
    }
  }
}

const partsOf = (pattern: RegExp, path: string): (string | undefined)[] => pattern.exec(path) ?? [];

function typeOf(segment: string, path: string): RecordType {
  const type = RECORD_TYPES.find((each) => each === segment.toUpperCase());
  if (type === undefined) throw noSuchResource(path);
  return type;
}

function text(segment: string | undefined): string {
  try {
    return decodeURIComponent(segment ?? '');
  } catch {
    throw badRequest(`The path segment '${segment}' is not properly encoded.`);
  }
}
