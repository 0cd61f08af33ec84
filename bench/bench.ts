// What every part is given. Types only.
import type { Stand } from './stand.ts';

export interface Bench {
  stand: Stand;
  /** Small counts: tries the bench, measures little. */
  quick: boolean;
  /** Progress, to stderr. */
  say: (line: string) => void;
}
