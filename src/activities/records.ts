// Publishes and withdraws single record sets: each write is conditional and of one set, so that it takes one turn of the zone.
// Ownership is judged here, by the mark in the zone; what is to be published was decided before.

import { activityInfo } from '@temporalio/activity';
import { canonicalJson } from '../spec/canonical.ts';
import { NaasError } from '../spec/errors.ts';
import { type RecordEffect, type RecordRef, recordRef } from '../spec/inventory.ts';
import type { LiveRecordSet, RecordKey, RecordOwner, RecordSet } from '../spec/record-set.ts';
import { isAnswered, type Witnesses } from './answered.ts';
import { atTheBoundary, callOptions } from './boundary.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import { writing } from './switch.ts';
import type { DnsZone, ZoneEffect } from './zone.ts';

/** Throws NotFound for a zone that the catalog does not know. */
export type ZoneOf = (zone: string) => DnsZone;

export interface PublishInput {
  /** Whose namespace the record is of. */
  cluster: string;
  record: RecordSet;
  owner: RecordOwner;
}

export interface Published {
  effects: RecordEffect[];
  /** Whether every server says it already. */
  isAnswered: boolean;
}

export interface WithdrawInput {
  record: RecordRef;
  incarnation: string;
}

export interface Withdrawn {
  effects: RecordEffect[];
  /** Whether somebody may have been told of it, and remembers it. */
  mayBeKnown: boolean;
}

/** What stood in a record set's place before an operation; null: nothing. */
export interface RecordImage {
  key: RecordKey;
  live: LiveRecordSet | null;
}

export interface RestoreRecordInput {
  cluster: string;
  image: RecordImage;
  /** Of the life that wrote. */
  incarnation: string;
}

/** Reads, for which no zone has to take turns. */
export function recordImageActivities(zoneOf: ZoneOf) {
  return {
    async captureRecords({ keys }: { keys: RecordKey[] }): Promise<{ images: RecordImage[] }> {
      return atTheBoundary(async () => {
        const options = callOptions();
        const images = keys.map(async (key) => ({ key, live: (await zoneOf(key.zone).read(key, options)) ?? null }));
        return { images: await Promise.all(images) };
      });
    },
  };
}

export function recordActivities(cluster: Cluster, zoneOf: ZoneOf, witnesses: Witnesses) {
  return {
    /** Create-only. What an earlier attempt of the same life has made is success, and is mended where it says something else. */
    publishRecord: making({ cluster, zoneOf, witnesses }, publish),

    /** Whatever of this life stands there becomes what is wanted; what is missing is made. */
    changeRecord: making({ cluster, zoneOf, witnesses }, change),

    /** As it was before, also by whom it said that it was written. What somebody else put there meanwhile is theirs. */
    async restoreRecord({ cluster: ofCluster, image, incarnation }: RestoreRecordInput): Promise<Withdrawn> {
      return writing(cluster, async (options) => {
        const done = await restore(zoneOf(image.key.zone), image, incarnation, options);
        return { effects: [{ ...done, ref: recordRef(ofCluster, image.key) }], mayBeKnown: false };
      });
    },

    async withdrawRecord({ record, incarnation }: WithdrawInput): Promise<Withdrawn> {
      return writing(cluster, async (options) => {
        const effect = { ...(await withdraw(zoneOf(record.zone), record, incarnation, options)), ref: record };
        // Not there at the first look, it was never made; later, an earlier attempt may have taken it away.
        const mayBeKnown = effect.outcome === 'deleted' || (effect.outcome === 'absent' && activityInfo().attempt > 1);
        return { effects: [effect], mayBeKnown };
      });
    },
  };
}

type Write = (zone: DnsZone, record: RecordSet, owner: RecordOwner, options: CallOptions) => Promise<ZoneEffect>;

/** Nothing in a zone denies a creation that comes late: no second attempt begins before the first is over. */
function making(
  { cluster, zoneOf, witnesses }: { cluster: Cluster; zoneOf: ZoneOf; witnesses: Witnesses },
  write: Write,
) {
  return async ({ cluster: ofCluster, record, owner }: PublishInput): Promise<Published> => {
    const body = async (options: CallOptions): Promise<Published> => {
      const done = await write(zoneOf(record.zone), record, owner, options);
      return {
        effects: [{ ...done, ref: recordRef(ofCluster, record) }],
        isAnswered: await isAnswered(witnesses, record, options),
      };
    };
    return writing(cluster, body, { unfenced: true });
  };
}

async function publish(
  zone: DnsZone,
  record: RecordSet,
  owner: RecordOwner,
  options: CallOptions,
): Promise<ZoneEffect> {
  try {
    return await zone.create(record, owner, options);
  } catch (error) {
    if (!(error instanceof NaasError) || error.code !== 'NotOurs') throw error;
    const live = await zone.read(record, options);
    // Gone between the two: the next attempt creates it.
    if (live === undefined)
      throw new NaasError({ code: 'Outdated', message: `${said(record)} was taken away just now` });
    if (!isOfLife(live, owner)) throw foreign(record, live);
    if (!isSame(live.set, record)) return zone.change(record, owner, live.version, options);
    return { verb: 'create', outcome: 'unchanged', uid: live.version };
  }
}

async function change(zone: DnsZone, record: RecordSet, owner: RecordOwner, options: CallOptions): Promise<ZoneEffect> {
  const live = await zone.read(record, options);
  if (live === undefined) return zone.create(record, owner, options);
  if (!isOfLife(live, owner)) throw foreign(record, live);
  if (isSame(live.set, record)) return { verb: 'change', outcome: 'unchanged', uid: live.version };
  return zone.change(record, owner, live.version, options);
}

async function restore(
  zone: DnsZone,
  { key, live: before }: RecordImage,
  incarnation: string,
  options: CallOptions,
): Promise<ZoneEffect> {
  const live = await zone.read(key, options);
  // Somebody else's before, somebody else's now: nothing of it was ever written.
  if (before?.owner === undefined) return { verb: 'change', outcome: 'skipped' };
  if (live === undefined) return zone.create(before.set, before.owner, options);
  if (live.owner?.incarnation !== incarnation) return { verb: 'change', outcome: 'skipped' };
  // Also where it stands as it stood: a write of the operation may still be on its way, bound to the version of then.
  return zone.change(before.set, before.owner, live.version, options);
}

function isSame(left: RecordSet, right: RecordSet): boolean {
  return canonicalJson(left) === canonicalJson(right);
}

async function withdraw(zone: DnsZone, ref: RecordRef, incarnation: string, options: CallOptions): Promise<ZoneEffect> {
  const live = await zone.read({ zone: ref.zone, name: ref.name, type: ref.kind }, options);
  if (live === undefined) return { verb: 'delete', outcome: 'absent' };
  if (live.owner?.incarnation !== incarnation) return { verb: 'delete', outcome: 'skipped' };
  return zone.remove({ zone: ref.zone, name: ref.name, type: ref.kind }, live.version, options);
}

function isOfLife({ owner }: LiveRecordSet, { installation, namespace, incarnation }: RecordOwner): boolean {
  return owner?.installation === installation && owner.namespace === namespace && owner.incarnation === incarnation;
}

function said({ zone, name, type }: RecordKey): string {
  return `the ${type} record ${name} in zone ${zone}`;
}

export function foreign(record: RecordKey, { owner }: Pick<LiveRecordSet, 'owner'>): NaasError {
  const whose =
    owner === undefined
      ? 'carries no mark of naas'
      : `is of namespace ${owner.namespace} (installation ${owner.installation})`;
  const message = `${said(record)} stands already and ${whose}; naas leaves it alone`;
  return new NaasError({ code: 'NotOurs', message, field: 'hostnames', value: record.name });
}
