// The switch that stops naas's writes: what its ConfigMap says, and how a pause is told. Pure. Whatever the switch says that
// is not clearly "go on" counts as paused: who meant to stop and mistyped must not see naas write on.
import type { Problem } from './errors.ts';
import { SWITCH_CONFIG_MAP, SYSTEM_NAMESPACE } from './names.ts';

/** Who stopped the writes, why and since when. */
export interface Pause {
  by: string;
  /** Empty when none was given. */
  reason: string;
  /** ISO 8601, by the clock of the API server that holds the switch. */
  since: string;
}

/** What stands in the ConfigMap; all texts, because a ConfigMap holds nothing else. */
export interface SwitchData extends Record<string, string> {
  paused: 'true' | 'false';
  by: string;
  reason: string;
  since: string;
}

/** Where the switch is, for messages and for people who look. */
export const SWITCH = `ConfigMap ${SYSTEM_NAMESPACE}/${SWITCH_CONFIG_MAP}`;

/** Both go into histories and onto screens, and whoever may write the ConfigMap may write anything. */
const MAX_NAME_LENGTH = 200;
const MAX_REASON_LENGTH = 500;

/** undefined: naas may write. `seenAt` stands in where the switch itself knows no time. */
export function pauseIn(configMap: Record<string, unknown> | undefined, seenAt: string): Pause | undefined {
  if (configMap === undefined) return undefined;
  const data = recordOf(configMap['data']);
  if (data['paused'] === 'false') return undefined;
  return {
    by: plain(data['by'], MAX_NAME_LENGTH) || 'somebody',
    reason: plain(data['reason'], MAX_REASON_LENGTH),
    since: instant(data['since']) ?? instant(recordOf(configMap['metadata'])['creationTimestamp']) ?? seenAt,
  };
}

export function describePause({ by, reason, since }: Pause): string {
  return `naas is paused by ${by} since ${since}${reason === '' ? '' : `: ${reason}`}`;
}

/** The problem carries the pause itself, so that a run can tell it in its own words. */
export function pausedProblem(pause: Pause): Problem {
  return {
    code: 'Paused',
    message: `${describePause(pause)}; nothing was written. \`naas resume\` lets it go on`,
    value: pause,
  };
}

export function pauseOf(problems: readonly Problem[], seenAt: string): Pause {
  const { by, reason, since } = recordOf(problems.find((problem) => problem.code === 'Paused')?.value);
  return {
    by: typeof by === 'string' ? by : 'somebody',
    reason: typeof reason === 'string' ? reason : '',
    since: typeof since === 'string' ? since : seenAt,
  };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function plain(value: unknown, most: number): string {
  return typeof value === 'string'
    ? value
        .replace(/\p{Cc}+/gu, ' ')
        .trim()
        .slice(0, most)
    : '';
}

function instant(value: unknown): string | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
