// Faults that a test asks for: which requests they meet, how often, and what happens then. It decides; api-server.ts does.
import { z } from 'zod';

/** `before`: nothing of the request happens. `after`: all of it happens, and the caller does not hear so. */
export const FAULT_KINDS = [
  'throttled',
  'conflict',
  'precondition-failed',
  'forbidden',
  'error-before',
  'error-after',
  'unavailable',
  'reset-before',
  'reset-after',
  'stall-before',
  'stall-after',
  'truncated',
] as const;

export const faultSchema = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  /** How many requests it meets. */
  times: z.int().min(1).default(1),
  /** How many fitting requests pass before. */
  skip: z.int().min(0).default(0),
  /** What is left out fits everything. */
  method: z.enum(['GET', 'PUT', 'PATCH', 'DELETE', 'POST']).optional(),
  resource: z.enum(['zone', 'zones', 'record-set', 'record-sets', 'operation', 'token']).optional(),
  zone: z.string().optional(),
  /** Relative to the zone. */
  name: z.string().optional(),
  type: z.string().optional(),
  /** Of `throttled` and `unavailable`; left out, the answer has no such header. */
  retryAfterSeconds: z.int().min(0).optional(),
  /** Of the stalls; left out, there is never an answer. */
  stallMs: z.int().min(1).optional(),
});

export type FaultRequest = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema>;

export interface FaultSubject {
  method: string;
  resource: 'zone' | 'zones' | 'record-set' | 'record-sets' | 'operation' | 'token' | 'traffic-managers' | 'other';
  zone?: string | undefined;
  name?: string | undefined;
  type?: string | undefined;
}

export class Faults {
  #waiting: Fault[] = [];

  /** Throws on what is no fault. */
  add(request: FaultRequest): void {
    this.#waiting.push(faultSchema.parse(request));
  }

  clear(): void {
    this.#waiting = [];
  }

  /** What is left of them. */
  list(): Fault[] {
    return this.#waiting.map((fault) => ({ ...fault }));
  }

  /** The oldest that fits and has nothing left to let pass; it counts down. */
  take(subject: FaultSubject): Fault | undefined {
    for (const fault of this.#waiting) {
      if (!fits(fault, subject)) continue;
      if (fault.skip > 0) {
        fault.skip -= 1;
        continue;
      }
      fault.times -= 1;
      this.#waiting = this.#waiting.filter(({ times }) => times > 0);
      return fault;
    }
    return undefined;
  }
}

function fits(fault: Fault, subject: FaultSubject): boolean {
  return (['method', 'resource', 'zone', 'name', 'type'] as const).every((field) => {
    const wanted = fault[field];
    return wanted === undefined || wanted.toLowerCase() === subject[field]?.toLowerCase();
  });
}
