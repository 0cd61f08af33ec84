// The record of one write on a zone, as every provider gives it. Pure.
import type { ZoneEffect } from '../../activities/zone.ts';

export function recordEffect(
  verb: ZoneEffect['verb'],
  outcome: ZoneEffect['outcome'],
  versions: Pick<ZoneEffect, 'before' | 'after'> = {},
): ZoneEffect {
  const { after } = versions;
  return { verb, outcome, ...(after === undefined ? {} : { uid: after }), ...versions };
}
