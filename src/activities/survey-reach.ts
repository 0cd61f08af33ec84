// Reads what decides about hostnames before anything is made: what the cluster's gateway can do, who holds the names, and what
// stands in their zones. Reads only.
import { objectsOf } from '../plan/index.ts';
import type { Plan } from '../plan/plan.ts';
import type { AdmittedReach, Change } from '../spec/admission.ts';
import type { Catalog, Platform } from '../spec/catalog.ts';
import type { Problem } from '../spec/errors.ts';
import { chooseGatewayMode, gatewayCapabilities } from '../spec/gateway-mode.ts';
import type { GatewayMode } from '../spec/gateway-spec.ts';
import { claim } from '../spec/hostname-claims.ts';
import { hostnameRef, type ObjectRef, type RecordRef, recordRef, refKey } from '../spec/inventory.ts';
import { refuseAll } from '../spec/problem-list.ts';
import { publishedRecords } from '../spec/published-records.ts';
import type { PlannedReach, PlannedRecord } from '../spec/reach.ts';
import { ADDRESS_TYPES, type LiveRecordSet, type RecordKey, type RecordSet } from '../spec/record-set.ts';
import type { NamespaceRequest } from '../spec/request.ts';
import { resolve } from '../spec/resolve.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import type { AdmitDependencies } from './admit-input.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import { readHostnames, takenProblem } from './hostnames.ts';
import { foreign } from './records.ts';
import { readAddresses } from './route.ts';
import { delegationsFor, surveyDomains } from './survey-domains.ts';
import { caaProblems, shadowNotices } from './survey-names.ts';

export type GatewayChoice = { mode: GatewayMode | undefined; problems: Problem[] };

/**
 * The first of the configured modes that the cluster can do, but for a namespace that has one already: that it keeps, as long as it
 * is configured and works. Asks nobody where no hostname is wanted.
 */
export async function chooseMode(
  cluster: Cluster,
  { hostnames = [] }: Pick<NamespaceRequest, 'hostnames'>,
  { gateway }: Platform,
  options: CallOptions & { current?: GatewayMode | undefined },
): Promise<GatewayChoice> {
  if (hostnames.length === 0 || gateway === undefined) return { mode: undefined, problems: [] };
  const source = {
    cluster: cluster.name,
    serves: (kind: { apiVersion: string; kind: string }) => cluster.serves(kind, options),
    read: (ref: ObjectRef) => cluster.read(ref, options),
  };
  const capabilities = await gatewayCapabilities(source, gateway.istioVersion);
  const protocols = [...new Set(hostnames.map(({ protocol }) => protocol))];
  const certificates = hostnames.some(
    ({ tls, protocol }) => (tls ?? (protocol === 'tls' ? 'none' : gateway.tls)) === 'issued',
  );
  const choice = chooseGatewayMode(
    gateway.modes.toSorted((left, right) => Number(right === options.current) - Number(left === options.current)),
    capabilities,
    { protocols, certificates },
  );
  if (choice.mode !== undefined) return { mode: choice.mode, problems: [] };
  const why = choice.passedOver.map(({ mode, reasons }) => `${mode} (${reasons.join('; ')})`).join(', ');
  const message = `hostnames: cluster ${cluster.name} can do none of the configured gateway modes: ${why}`;
  return { mode: undefined, problems: [{ code: 'RefusedByGuardrail', message, field: 'hostnames' }] };
}

/** The whole Spec of a request, for what this cluster can do. */
export async function resolveFor(
  { cluster, catalog, domainRuns }: Pick<AdmitDependencies, 'cluster' | 'catalog' | 'domainRuns'>,
  request: NamespaceRequest,
  options: CallOptions & { current?: GatewayMode | undefined },
): Promise<NamespaceSpec> {
  const [{ mode, problems }, delegations] = await Promise.all([
    chooseMode(cluster, request, catalog.platform, options),
    delegationsFor(domainRuns, request, catalog, options),
  ]);
  const context = { cluster: cluster.name, delegations, ...(mode === undefined ? {} : { gatewayMode: mode }) };
  const spec = resolve(request, catalog, context);
  refuseAll(problems);
  return spec;
}

export function noticesOf({ notices }: ReachSurvey): { notices?: string[] } {
  return notices.length === 0 ? {} : { notices };
}

/** What the run needs of the catalog later, recorded with the plan. */
export function admittedReach({ reach }: Plan, spec: NamespaceSpec, catalog: Catalog): { reach?: AdmittedReach } {
  if (reach === undefined || spec.reach === undefined) return {};
  const usual = catalog.policy.domains.quarantineMinutes;
  const minutes = spec.reach.names.map(({ list }) => [list, catalog.zones[list]?.quarantineMinutes ?? usual] as const);
  const { installation } = catalog.platform;
  const own = spec.reach.names.filter(({ domain, publisher }) => domain !== undefined && publisher === 'naas');
  const handedOver = [...new Set(own.map(({ zone }) => zone))];
  return {
    reach: {
      ...reach,
      gateway: spec.reach.gateway,
      ...(handedOver.length === 0 ? {} : { handedOver }),
      quarantineMinutes: Object.fromEntries(minutes),
      installation,
    },
  };
}

export interface ReachSurvey {
  changes: Change[];
  problems: Problem[];
  /** By reference key, what of this life stands already, with what it is confirmed by. */
  standing: [string, string][];
  published: RecordSet[];
  /** To be known by whoever asks and decides; nothing depends on it. */
  notices: string[];
}

const NOTHING: ReachSurvey = { changes: [], problems: [], standing: [], published: [], notices: [] };

function together(surveys: readonly ReachSurvey[]): ReachSurvey {
  return {
    changes: surveys.flatMap(({ changes }) => changes),
    problems: surveys.flatMap(({ problems }) => problems),
    standing: surveys.flatMap(({ standing }) => standing),
    published: surveys.flatMap(({ published }) => published),
    notices: surveys.flatMap(({ notices }) => notices),
  };
}

/** `incarnation`: of the life that asks, where it holds names already. */
export async function surveyReach(
  { cluster, zoneOf, answers, catalog, domainRuns }: AdmitDependencies,
  planned: Plan,
  spec: NamespaceSpec,
  incarnation: string | undefined,
  options: CallOptions,
): Promise<ReachSurvey> {
  const { reach } = planned;
  if (reach === undefined || spec.reach === undefined) return NOTHING;
  const addresses = await readAddresses(cluster, objectsOf(planned), spec.reach.gateway, options);
  const [domains, forbidden, names, records] = await Promise.all([
    surveyDomains(domainRuns, { team: spec.team, reach: spec.reach }, options),
    caaProblems(spec.reach, catalog, { zoneOf, answers }, options),
    surveyNames(cluster, reach, spec, incarnation, options),
    Promise.all(
      reach.records.map((record) => {
        const keys = keysOf(record, publishedRecords([record], addresses));
        return surveyRecord(
          cluster.name,
          zoneOf(record.zone),
          catalog.platform.installation,
          keys,
          incarnation,
          options,
        );
      }),
    ),
  ]);
  return together([{ ...NOTHING, ...domains }, { ...NOTHING, problems: forbidden }, names, ...records]);
}

async function surveyNames(
  cluster: Cluster,
  { hostnames }: PlannedReach,
  { name: namespace, team }: NamespaceSpec,
  incarnation: string | undefined,
  options: CallOptions,
): Promise<ReachSurvey> {
  const zones = await Promise.all(
    [...Map.groupBy(hostnames, ({ zone }) => zone)].map(async ([zone, each]): Promise<ReachSurvey> => {
      const before = await readHostnames(cluster, zone, options);
      const names = each.map(({ name }) => name);
      // No incarnation is drawn yet: any that nobody has is as good.
      const owner = { namespace, team, incarnation: incarnation ?? 'asking' };
      const result = claim(before, { names, ...owner, nowMs: cluster.serverNowMs() });
      if ('taken' in result) return { ...NOTHING, problems: result.taken.map((taken) => takenProblem(zone, taken)) };
      const held = new Set(before.claims.filter((kept) => kept.incarnation === incarnation).map(({ name }) => name));
      const changes = names.map((name): Change => {
        const ref = hostnameRef(cluster.name, { zone, name });
        return { verb: held.has(name) ? 'keep' : 'create', ref, fields: [] };
      });
      const standing = names.flatMap((name): [string, string][] =>
        incarnation !== undefined && held.has(name)
          ? [[refKey(hostnameRef(cluster.name, { zone, name })), incarnation]]
          : [],
      );
      const fresh = names.filter((name) => !held.has(name));
      const notices = shadowNotices(
        fresh,
        before.claims.map(({ name }) => name),
      );
      return { ...NOTHING, changes, standing, notices };
    }),
  );
  return together(zones);
}

interface Wanted extends RecordKey {
  /** undefined: not wanted, but in the way of what is. */
  set?: RecordSet;
}

/** Where an address is to stand, none of another kind may. */
function keysOf(record: PlannedRecord, sets: readonly RecordSet[]): Wanted[] {
  const { zone, name } = record;
  if (record.type !== 'address') return [{ ...record, set: record }];
  return ADDRESS_TYPES.map((type) => {
    const set = sets.find((each) => each.type === type);
    return { zone, name, type, ...(set === undefined ? {} : { set }) };
  });
}

/** One planned record, in each of its kinds. */
async function surveyRecord(
  cluster: string,
  zone: ReturnType<AdmitDependencies['zoneOf']>,
  installation: string,
  keys: readonly Wanted[],
  incarnation: string | undefined,
  options: CallOptions,
): Promise<ReachSurvey> {
  const [first] = keys;
  if (first === undefined) return NOTHING;
  const [claimedBy, ...found] = await Promise.all([
    // Whoever claims one of the kinds that lead a name claims them all.
    zone.claimedBy(first, options),
    ...keys.map(async (key) => ({ key, live: await zone.read(key, options) })),
  ]);
  const isOurs = ({ owner }: LiveRecordSet): boolean =>
    owner?.installation === installation && owner.incarnation === incarnation;
  const others = found.flatMap(({ key, live }) =>
    live === undefined || isOurs(live) ? [] : foreign(key, live).problems,
  );
  if (others.length > 0) return { ...NOTHING, problems: others };
  if (claimedBy !== undefined) {
    const message = `the name ${first.name} in zone ${first.zone} is kept by external-dns (owner "${claimedBy}"); naas leaves it alone`;
    return { ...NOTHING, problems: [{ code: 'NotOurs', message, field: 'hostnames', value: first.name }] };
  }
  return together(found.map(({ key, live }) => surveyed(recordRef(cluster, key), key.set, live)));
}

function surveyed(ref: RecordRef, set: RecordSet | undefined, live: LiveRecordSet | undefined): ReachSurvey {
  const found: ReachSurvey =
    live === undefined ? NOTHING : { ...NOTHING, standing: [[refKey(ref), live.version]], published: [live.set] };
  if (set === undefined) return found;
  if (live === undefined) return { ...found, changes: [{ verb: 'create', ref, fields: [] }] };
  const fields = (['ttlSeconds', 'values', 'alias'] as const).filter(
    (field) => JSON.stringify(live.set[field]) !== JSON.stringify(set[field]),
  );
  return { ...found, changes: [{ verb: fields.length === 0 ? 'keep' : 'change', ref, fields }] };
}
