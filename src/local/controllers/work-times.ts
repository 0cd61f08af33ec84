// When each status was written, and since when that was due: what a measurement takes away from its own figure.

export interface WorkTime {
  kind: string;
  namespace: string;
  name: string;
  generation: number;
  /** Milliseconds since 1970: when the change was heard of, and when the API server had taken the status. */
  heardMs: number;
  writtenMs: number;
}

export interface WorkTimes {
  add(time: WorkTime): void;
  /** Oldest first; of one namespace, or of all. */
  list(namespace: string | null): WorkTime[];
}

/** Some minutes of a busy measurement. */
const KEPT = 20_000;

export function createWorkTimes(): WorkTimes {
  const kept: WorkTime[] = [];
  return {
    add(time) {
      kept.push(time);
      // In one go: to move the whole list for each new one would be felt.
      if (kept.length > 2 * KEPT) kept.splice(0, kept.length - KEPT);
    },
    list: (namespace) => kept.filter((each) => namespace === null || each.namespace === namespace),
  };
}

export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}
