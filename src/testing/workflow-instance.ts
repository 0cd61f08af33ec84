// One run of a workflow in memory: what it waits for, the messages that it takes, its scopes. It stands in for the part of
// Temporal's library that a server drives, and knows no workflow.
import { AsyncLocalStorage } from 'node:async_hooks';
import { CancelledFailure } from '@temporalio/common';

export interface Here {
  instance: WorkflowInstance;
  scope: Scope;
}

const storage = new AsyncLocalStorage<Here>();

/** The run whose code is running now. */
export function here(): Here {
  const found = storage.getStore();
  if (found === undefined) throw new Error('this is code of a workflow, and no run is running');
  return found;
}

type Handler = (input: unknown) => unknown;

interface Wait {
  holds: () => boolean;
  settle: (outcome: boolean | CancelledFailure) => void;
}

export type RunActivity = (
  name: string,
  args: readonly unknown[],
  options: ActivityChoices,
  scope: Scope,
) => Promise<unknown>;

/** The few options of an activity that make a difference here; times in milliseconds. */
export interface ActivityChoices {
  scheduleToCloseTimeout?: number;
  startToCloseTimeout?: number;
  cancellationType?: string;
  retry?: { initialInterval?: number; backoffCoefficient?: number; maximumInterval?: number; maximumAttempts?: number };
}

export class WorkflowInstance {
  readonly workflowId: string;
  readonly runId: string;
  readonly startTime = new Date();
  readonly runActivity: RunActivity;
  readonly handlers = new Map<string, Handler>();
  /** As visibility has them: lists, also of one. */
  readonly searchAttributes: Record<string, unknown[]> = {};
  openHandlers = 0;
  readonly #root: Scope;
  readonly #waits = new Set<Wait>();
  #stirring = false;
  #stirredAgain = false;

  constructor(workflowId: string, runId: string, runActivity: RunActivity) {
    this.workflowId = workflowId;
    this.runId = runId;
    this.runActivity = runActivity;
    this.#root = new Scope(this, true, undefined);
  }

  /** Runs code of the workflow as this run. */
  within<T>(work: () => T): T {
    return this.#root.run(work);
  }

  async take(name: string, input: unknown): Promise<unknown> {
    const handler = this.handlers.get(name);
    if (handler === undefined) throw new Error(`${this.workflowId} takes no message ${name}`);
    this.openHandlers += 1;
    try {
      return await this.within(() => handler(input));
    } finally {
      this.openHandlers -= 1;
      void this.stir();
    }
  }

  ask(name: string): unknown {
    const handler = this.handlers.get(name);
    if (handler === undefined) throw new Error(`${this.workflowId} answers no query ${name}`);
    return this.within(() => handler(undefined));
  }

  /** Until it holds (true), the time is over (false) or the scope is cancelled. */
  async wait(holds: () => boolean, timeoutMs: number | undefined, scope: Scope): Promise<boolean> {
    scope.throwIfCancelled();
    if (this.within(holds)) return true;
    return new Promise<boolean>((resolve, reject) => {
      const end = (outcome: boolean | CancelledFailure): void => {
        this.#waits.delete(wait);
        stopTimer();
        if (typeof outcome === 'boolean') resolve(outcome);
        else reject(outcome);
        void this.stir();
      };
      const wait: Wait = { holds, settle: end };
      const stopTimer = timeoutMs === undefined ? () => {} : after(timeoutMs, () => end(false));
      scope.cancelRequested.catch((cancelled: CancelledFailure) => end(cancelled));
      this.#waits.add(wait);
      void this.stir();
    });
  }

  /** Something has happened: once all that follows from it has happened too, looks who has waited for it. */
  async stir(): Promise<void> {
    this.#stirredAgain = true;
    if (this.#stirring) return;
    this.#stirring = true;
    while (this.#stirredAgain) {
      this.#stirredAgain = false;
      await quiet();
      for (const wait of [...this.#waits]) if (this.within(wait.holds)) wait.settle(true);
    }
    this.#stirring = false;
  }
}

export class Scope {
  readonly #instance: WorkflowInstance;
  #cancelled: CancelledFailure | undefined;
  readonly cancelRequested: Promise<never>;
  #reject: (cancelled: CancelledFailure) => void = () => {};

  constructor(instance: WorkflowInstance, cancellable: boolean, parent: Scope | undefined) {
    this.#instance = instance;
    this.cancelRequested = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    // Nobody has to listen to it.
    this.cancelRequested.catch(() => undefined);
    if (!cancellable || parent === undefined) return;
    if (parent.#cancelled !== undefined) this.#cancelBy(parent.#cancelled);
    parent.cancelRequested.catch((cancelled: CancelledFailure) => this.#cancelBy(cancelled));
  }

  run<T>(work: () => T): T {
    return storage.run({ instance: this.#instance, scope: this }, work);
  }

  cancel(): void {
    this.#cancelBy(new CancelledFailure('Cancellation scope cancelled'));
  }

  throwIfCancelled(): void {
    if (this.#cancelled !== undefined) throw this.#cancelled;
  }

  #cancelBy(cancelled: CancelledFailure): void {
    this.#cancelled ??= cancelled;
    this.#reject(this.#cancelled);
  }
}

/** When all promises that can go on have gone on. Not a timer: those may stand still in a test. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Timers take no more than 24 days at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Keeps no process alive. Answers how to stop it. */
function after(ms: number, act: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = (leftMs: number): void => {
    const nextMs = Math.min(leftMs, LONGEST_TIMER_MS);
    timer = setTimeout(() => (leftMs > nextMs ? arm(leftMs - nextMs) : act()), nextMs);
    timer.unref();
  };
  arm(ms);
  return () => clearTimeout(timer);
}
