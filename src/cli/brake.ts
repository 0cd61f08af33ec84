// The brake: more namespaces at once than a slip should reach want their number said. Pure.

export interface Brake {
  why: string;
}

/** Ten are looked through by eye; a fifth of all is felt by everybody. */
const MOST_AT_ONCE = 10;
const MOST_PERCENT = 20;

export function brakeOf({ touched, living }: { touched: number; living: number }): Brake | undefined {
  if (touched > MOST_AT_ONCE) return { why: `more than ${MOST_AT_ONCE} at once` };
  if (touched * 100 > living * MOST_PERCENT) return { why: `more than ${MOST_PERCENT} % of all ${living} living ones` };
  return undefined;
}
