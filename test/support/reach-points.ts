// Every write of a life with a hostname, wherever it goes: the cluster, a zone's list and its turns, the zone itself. Found in a clean
// life that runs alone, so that a write which no test could break is an error here; planted on any other tenant.
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRequest } from '../../src/local/azure-dns/faults.ts';
import type { LoggedRequest } from '../../src/local/azure-dns/request-log.ts';
import { SYSTEM_NAMESPACE } from '../../src/spec/names.ts';
import { hostnameObject, hostnamesConfigMap, zoneLease } from '../../src/spec/route-names.ts';
import type { Snapshot } from './cluster-snapshot.ts';
import { forAMoment, forGood } from './effect-faults.ts';
import { atEachMoment, describePoint, type EffectPoint, type Moment, pointsOf, ruleAt } from './effects-table.ts';
import type { LoggedCall } from './fault-proxy.ts';
import { gather, type Place } from './fault-proxy-gate.ts';
import type { ActiveRule } from './fault-proxy-rules.ts';
import { hostnameOf, otherHostnameOf, type ReachStand, type Tenant } from './reach-stand.ts';

export type ReachPoint =
  /** `<hostname>` in its name stands for what is named after the tenant's hostname; so do those of a change for its others. */
  | { system: 'cluster'; point: EffectPoint }
  /** By one activity: claims and releases write the same object, and every write of a zone takes its turn in the same one. */
  | { system: 'list' | 'turns'; point: EffectPoint }
  /** `*` in its name stands for the tenant's. */
  | { system: 'zone'; method: ZoneMethod; type: string; name: string };

type ZoneMethod = 'PUT' | 'DELETE';

export interface ReachTable {
  provisioning: ReachPoint[];
  teardown: ReachPoint[];
  /** How often its A record was looked for before it was ready. */
  looks: number;
}

const NAMED_AFTER = {
  '<hostname>': hostnameOf,
  '<old hostname>': (tenant: Tenant) => otherHostnameOf(tenant, 'old'),
  '<new hostname>': (tenant: Tenant) => otherHostnameOf(tenant, 'new'),
} as const;
const ZONE = '<zone>';

/** A worker, lists and turns of the zones; what all is like then, and what one clean life on it writes. */
export async function beginReached(
  stand: ReachStand,
  whenReady?: (tenant: Tenant) => Promise<void>,
): Promise<{ before: Snapshot; table: ReachTable }> {
  await stand.startWorker();
  await stand.makeLists();
  const before = await stand.snapshot();
  const [tenant] = stand.tenants('clean', 1);
  if (tenant === undefined) throw new Error('there is a zone');
  return { before, table: await cleanReachedLife(stand, tenant, () => whenReady?.(tenant)) };
}

/** A whole life with one hostname, while nothing else runs; `whenReady` looks at it in between. */
export async function cleanReachedLife(
  stand: ReachStand,
  tenant: Tenant,
  whenReady?: () => Promise<void> | undefined,
): Promise<ReachTable> {
  const begin = now(stand);
  await stand.submitReached(tenant);
  await stand.untilAll([tenant.name], ['ready']);
  const ready = now(stand);
  await whenReady?.();
  await stand.teardown(tenant.name);
  await stand.untilAll([tenant.name], ['deleted']);
  return {
    provisioning: pointsBetween(stand, tenant, begin, ready),
    teardown: pointsBetween(stand, tenant, ready, now(stand)),
    looks: stand.dns.log
      .list()
      .filter(({ sequence, method }) => sequence > begin.request && sequence <= ready.request && method === 'GET')
      .filter(({ path }) => path.endsWith(`/A/${tenant.name}`)).length,
  };
}

/** What an operation on a living tenant writes, while nothing else runs. */
export async function cleanOperation(
  stand: ReachStand,
  tenant: Tenant,
  operate: () => Promise<unknown>,
): Promise<ReachPoint[]> {
  const begin = now(stand);
  await operate();
  return pointsBetween(stand, tenant, begin, now(stand));
}

interface Instant {
  call: number;
  request: number;
}

function now({ proxy, dns }: ReachStand): Instant {
  return { call: proxy.log.length, request: dns.log.list().at(-1)?.sequence ?? 0 };
}

function pointsBetween({ proxy, dns }: ReachStand, tenant: Tenant, from: Instant, to: Instant): ReachPoint[] {
  const calls = proxy.effects().filter(({ seq }) => seq >= from.call && seq < to.call);
  const requests = dns.log
    .list()
    .filter(({ sequence, effect }) => sequence > from.request && sequence <= to.request && effect !== 'none');
  const own = calls.filter((call) => call.tenant === tenant.name);
  const ofZone = calls.flatMap((call) => zoneObjectPoint(call, tenant) ?? []);
  const strange = calls.filter((call) => !own.includes(call) && zoneObjectPoint(call, tenant) === undefined);
  if (strange.length > 0) throw new Error(`no test can break ${strange.map(({ path }) => path).join(', ')}`);
  const general = own.map((call) => ({ ...call, name: generalObject(call.name, tenant) }));
  return unique([
    ...pointsOf(general).map((point): ReachPoint => ({ system: 'cluster', point })),
    ...ofZone,
    ...requests.map((request) => zonePointOf(request, tenant)),
  ]);
}

/** What naas keeps of a zone in its own namespace. */
const ZONE_OBJECTS = [
  { system: 'list', resource: 'configmaps', nameOf: hostnamesConfigMap },
  { system: 'turns', resource: 'leases', nameOf: zoneLease },
] as const;

function zoneObjectPoint(
  { tenant, verb, resource, name, activity }: LoggedCall,
  { zone }: Tenant,
): ReachPoint | undefined {
  if (tenant !== SYSTEM_NAMESPACE || verb === 'read') return undefined;
  const kept = ZONE_OBJECTS.find((each) => each.resource === resource && each.nameOf(zone) === name);
  return kept && { system: kept.system, point: { verb, resource, name: kept.nameOf(ZONE), activity } };
}

function zonePointOf({ method, path }: LoggedRequest, tenant: Tenant): ReachPoint {
  const [zone, type = '', name = ''] = path.split('/').slice(-3);
  const isOwn = name === tenant.name || name.endsWith(`-${tenant.name}`);
  const isKnown = zone === tenant.zone && isOwn && (method === 'PUT' || method === 'DELETE');
  if (!isKnown) throw new Error(`no test can break ${method} ${path}`);
  return { system: 'zone', method, type, name: name.replace(tenant.name, '*') };
}

function generalObject(name: string, tenant: Tenant): string {
  let general = name;
  for (const [label, nameOf] of Object.entries(NAMED_AFTER))
    general = general.replaceAll(hostnameObject(nameOf(tenant)), label);
  return general;
}

function objectOf(general: string, tenant: Tenant): string {
  let name = general;
  for (const [label, nameOf] of Object.entries(NAMED_AFTER))
    name = name.replaceAll(label, hostnameObject(nameOf(tenant)));
  return name;
}

function unique(points: readonly ReachPoint[]): ReachPoint[] {
  return [...new Map(points.map((point) => [describeReachPoint(point), point])).values()];
}

export function describeReachPoint(point: ReachPoint): string {
  return point.system === 'zone' ? `${point.method} ${point.type} record ${point.name}` : describePoint(point.point);
}

export type ReachCase = ReturnType<typeof reachCases>[number];

export function reachCases(points: readonly ReachPoint[]) {
  return atEachMoment(points, describeReachPoint);
}

/** Each point at one of its moments, by lot. */
function onceEach(points: readonly ReachPoint[], draw: () => number): ReachCase[] {
  return points.map((point) => {
    const both = reachCases([point]);
    const [first] = both;
    if (first === undefined) throw new Error('a point has its moments');
    return both[Math.floor(draw() * both.length)] ?? first;
  });
}

const GATEWAY_KINDS = ['gateways', 'listenersets', 'httproutes', 'grpcroutes', 'tlsroutes', 'certificates'];

/** In the usual run each point of hostnames once; NAAS_FULL=1 every point at both moments. */
export function chosenCases(points: readonly ReachPoint[], draw: () => number): ReachCase[] {
  return process.env['NAAS_FULL'] === '1' ? reachCases(points) : onceEach(points.filter(isOfHostname), draw);
}

/** What a life without a hostname does not write. */
export function isOfHostname(point: ReachPoint): boolean {
  return point.system !== 'cluster' || GATEWAY_KINDS.includes(point.point.resource);
}

/** Where the point is, for one tenant. */
function placeOf(tenant: Tenant, { system, point }: Exclude<ReachPoint, { system: 'zone' }>): Omit<Place, 'moment'> {
  if (system !== 'cluster')
    return { tenant: SYSTEM_NAMESPACE, point: { ...point, name: point.name.replace(ZONE, tenant.zone) } };
  return { tenant: tenant.name, point: { ...point, name: objectOf(point.name, tenant) } };
}

/** What a blocked status or a problem calls it. */
export function objectNameAt(tenant: Tenant, point: ReachPoint): string {
  if (point.system === 'zone') return `${point.name.replace('*', tenant.name)}.${tenant.zone}`;
  return placeOf(tenant, point).point.name.replaceAll('*', tenant.name);
}

/** More than any suite asks. */
const EVER = 10_000;

/** Breaks the point of one tenant until it is lifted. `index` chooses among the faults of a kind; `looks` come before it. */
export function breakForGood(
  { proxy, dns }: ReachStand,
  tenant: Tenant,
  { point, moment }: ReachCase,
  index: number,
  looks = 0,
): ActiveRule {
  if (point.system !== 'zone') {
    const place = placeOf(tenant, point);
    return ruleAt(proxy, place.tenant, place.point, { fault: forGood(moment, index) });
  }
  const refused = { kind: 'forbidden', times: EVER } as const;
  if (moment === 'before') return inZone(dns, tenant, point, [refused]);
  // Its effect is there, nobody heard of it, and whoever asks again is refused; so is who looks, but for the look before it.
  const look = { ...refused, method: 'GET', skip: looks + 1 } as const;
  return inZone(dns, tenant, point, [{ kind: 'error-after' }, refused, ...(point.method === 'DELETE' ? [look] : [])]);
}

export function breakOnce(
  { proxy, dns }: ReachStand,
  tenant: Tenant,
  { point, moment }: ReachCase,
  index: number,
): ActiveRule {
  if (point.system !== 'zone') {
    const place = placeOf(tenant, point);
    return ruleAt(proxy, place.tenant, place.point, { fault: forAMoment(moment, index), times: 1 });
  }
  const kinds = {
    before: ['reset-before', 'error-before', 'throttled', 'unavailable'],
    after: ['reset-after', 'error-after', 'truncated', 'reset-after'],
  } as const;
  return inZone(dns, tenant, point, [{ kind: kinds[moment][index % 4] ?? 'reset-before' }]);
}

/** `lift` lifts every fault of the emulator, of all tenants. */
function inZone(
  dns: ReachStand['dns'],
  { name: tenant, zone }: Tenant,
  { method, type, name: general }: Extract<ReachPoint, { system: 'zone' }>,
  faults: readonly FaultRequest[],
): ActiveRule {
  const since = dns.log.list().at(-1)?.sequence ?? 0;
  const name = general.replace('*', tenant);
  for (const fault of faults) dns.faults.add({ method, resource: 'record-set', zone, name, type, ...fault });
  return {
    hits: () =>
      dns.log
        .list()
        .filter((each) => each.sequence > since && each.fault !== undefined && each.method === method)
        .filter(({ path }) => path.endsWith(`/${zone}/${type}/${name}`)).length,
    lift: () => dns.faults.clear(),
  };
}

export interface ReachGate {
  allArrived(): Promise<void>;
  /** What is held before its effect never happens; what is held after it is answered, or never is by the zone. */
  open(): void;
  /** Sends what is held on its way to the API server, as a late packet; answers the statuses by tenant. */
  sendHeld(): Promise<number[][]>;
}

const LOOK_EVERY_MS = 50;
const ARRIVAL_TIMEOUT_MS = 30_000;

/** Holds each tenant at its own point. */
export function gatherReached(
  stand: ReachStand,
  held: readonly { tenant: Tenant; place: { point: ReachPoint; moment: Moment } }[],
): ReachGate {
  const places: Place[] = [];
  const rules: { rule: ActiveRule; title: string }[] = [];
  for (const { tenant, place } of held) {
    const { point, moment } = place;
    if (point.system !== 'zone') places.push({ ...placeOf(tenant, point), moment });
    else {
      const rule = inZone(stand.dns, tenant, point, [{ kind: moment === 'before' ? 'stall-before' : 'stall-after' }]);
      rules.push({ rule, title: `${tenant.name} at ${describeReachPoint(point)}` });
    }
  }
  const gate = gather(stand.proxy, places, ARRIVAL_TIMEOUT_MS);
  const inZones = async (): Promise<void> => {
    const giveUpMs = Date.now() + ARRIVAL_TIMEOUT_MS;
    for (;;) {
      const missing = rules.filter(({ rule }) => rule.hits() === 0);
      if (missing.length === 0) return;
      if (Date.now() > giveUpMs) throw new Error(`not arrived: ${missing.map(({ title }) => title).join(', ')}`);
      await sleep(LOOK_EVERY_MS);
    }
  };
  return {
    async allArrived() {
      await Promise.all([...(places.length > 0 ? [gate.allArrived()] : []), inZones()]);
    },
    open: () => gate.open(),
    sendHeld: () => gate.sendHeld(),
  };
}
