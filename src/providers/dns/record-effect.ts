// The record of one write on a zone, as every provider gives it. Pure.
import type { ZoneEffect } from '../../activities/zone.ts';
import type { RecordKey } from '../../spec/record-set.ts';

export function recordEffect(
  verb: ZoneEffect['verb'],
  { zone, name, type }: RecordKey,
  outcome: ZoneEffect['outcome'],
  versions: Pick<ZoneEffect, 'before' | 'after'> = {},
): ZoneEffect {
  const { after } = versions;
  return {
    verb,
    key: { zone, name, type },
    outcome,
    ...(after === undefined ? {} : { uid: after }),
    ...versions,
  };
}
