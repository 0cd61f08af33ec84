// Deleting a zone takes the service a while: what was asked for, until when it runs, and that it then happens. The clock of
// its end is real time, so that a zone stays answerable until then.
import { randomBytes } from 'node:crypto';
import type { Zone } from './record-sets.ts';

interface Deletion {
  id: string;
  endsAtMs: number;
}

export class ZoneDeletions {
  readonly #delete: (zone: Zone) => void;
  readonly #durationMs: () => number;
  readonly #running = new Map<Zone, Deletion>();
  readonly #known = new Map<string, Deletion>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: { durationMs: () => number; delete: (zone: Zone) => void }) {
    this.#delete = options.delete;
    this.#durationMs = options.durationMs;
  }

  isRunning(zone: Zone): boolean {
    return this.#running.has(zone);
  }

  /** Asked again meanwhile, it is the same deletion. */
  begin(zone: Zone): Deletion {
    const running = this.#running.get(zone);
    if (running !== undefined) return running;
    const durationMs = this.#durationMs();
    const deletion = { id: `delzone${randomBytes(12).toString('hex')}`, endsAtMs: Date.now() + durationMs };
    this.#known.set(deletion.id, deletion);
    if (durationMs <= 0) this.#delete(zone);
    else this.#endLater(zone, deletion, durationMs);
    return deletion;
  }

  /** undefined: never heard of it. */
  statusOf(id: string): 'InProgress' | 'Succeeded' | undefined {
    const deletion = this.#known.get(id);
    if (deletion === undefined) return undefined;
    return [...this.#running.values()].includes(deletion) ? 'InProgress' : 'Succeeded';
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #endLater(zone: Zone, deletion: Deletion, durationMs: number): void {
    this.#running.set(zone, deletion);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#running.delete(zone);
      this.#delete(zone);
    }, durationMs);
    this.#timers.add(timer);
  }
}
