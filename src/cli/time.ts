// Times for people: how long, how long ago, and when exactly. Pure; the caller says what time it is.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span at the precision that a person still cares about: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `13 d 4 h`. */
export function span(ms: number): string {
  const left = Math.max(0, ms);
  if (left < 10 * SECOND) return `${(Math.floor(left / 100) / 10).toFixed(1)} s`;
  if (left < MINUTE) return `${Math.floor(left / SECOND)} s`;
  if (left < HOUR) return two(left, MINUTE, 'min', SECOND, 's');
  if (left < DAY) return two(left, HOUR, 'h', MINUTE, 'min');
  return two(left, DAY, 'd', HOUR, 'h');
}

function two(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % large) / small);
  const head = `${Math.floor(ms / large)} ${largeUnit}`;
  return rest === 0 ? head : `${head} ${rest} ${smallUnit}`;
}

export function relative(iso: string, nowMs: number): string {
  const distance = Date.parse(iso) - nowMs;
  if (Math.abs(distance) < SECOND) return 'now';
  return distance > 0 ? `in ${span(distance)}` : `${span(-distance)} ago`;
}

/** UTC, to the second: the same text on every machine. */
export function absolute(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

export function clock(iso: string): string {
  return `${new Date(iso).toISOString().slice(11, 19)}Z`;
}

export function when(iso: string, nowMs: number): string {
  return `${absolute(iso)} (${relative(iso, nowMs)})`;
}
