// In place of @temporalio/workflow: the functions of it that our workflows use, for runs in memory. The build of the package
// puts it there (tools/stand-in.mjs), and tests of this tree do; nothing else loads it.
import { ActivityFailure, CancelledFailure } from '@temporalio/common';
import { type ActivityChoices, here, Scope } from './workflow-instance.ts';

export {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  TimeoutFailure,
} from '@temporalio/common';

interface Definition {
  type: 'update' | 'signal' | 'query';
  name: string;
}

export const defineUpdate = (name: string): Definition => ({ type: 'update', name });
export const defineSignal = (name: string): Definition => ({ type: 'signal', name });
export const defineQuery = (name: string): Definition => ({ type: 'query', name });

export function setHandler({ name }: Definition, handler: (input: unknown) => unknown): void {
  here().instance.handlers.set(name, handler);
}

export function allHandlersFinished(): boolean {
  return here().instance.openHandlers === 0;
}

export async function condition(holds: () => boolean, timeoutMs?: unknown): Promise<boolean> {
  const { instance, scope } = here();
  return instance.wait(holds, typeof timeoutMs === 'number' ? timeoutMs : undefined, scope);
}

export async function sleep(ms: number): Promise<void> {
  const { instance, scope } = here();
  await instance.wait(() => false, ms, scope);
}

export const CancellationScope = {
  current: (): Scope => here().scope,
  cancellable: <T>(work: () => Promise<T>): Promise<T> => inScope(true, work),
  nonCancellable: <T>(work: () => Promise<T>): Promise<T> => inScope(false, work),
};

async function inScope<T>(cancellable: boolean, work: () => Promise<T>): Promise<T> {
  const { instance, scope } = here();
  return new Scope(instance, cancellable, scope).run(work);
}

export function isCancellation(error: unknown): boolean {
  return error instanceof CancelledFailure || (error instanceof ActivityFailure && isCancellation(error.cause));
}

/** Each call is an activity, whatever its name. */
export function proxyActivities(options: ActivityChoices): Record<string, (...args: unknown[]) => unknown> {
  return new Proxy<Record<string, (...args: unknown[]) => unknown>>(
    {},
    {
      get: (_, name) =>
        typeof name !== 'string' ? undefined : (...args: unknown[]) => runActivity(name, args, options),
    },
  );
}

async function runActivity(name: string, args: unknown[], options: ActivityChoices): Promise<unknown> {
  const { instance, scope } = here();
  try {
    return await instance.runActivity(name, args, options, scope);
  } finally {
    void instance.stir();
  }
}

export function workflowInfo(): { workflowId: string; runId: string; startTime: Date; historyLength: number } {
  const { workflowId, runId, startTime } = here().instance;
  // Nothing is ever replayed here, so no history grows.
  return { workflowId, runId, startTime, historyLength: 0 };
}

/** No run in memory began under an older build. */
/** A run of the fake knows no other: what it would tell one is lost, as for a run that is not there. */
export function getExternalWorkflowHandle(workflowId: string) {
  return {
    workflowId,
    signal: (): Promise<void> => Promise.reject(new Error(`the fake holds no run ${workflowId} to signal`)),
  };
}

export function patched(): boolean {
  return true;
}

export function continueAsNew(): never {
  throw new Error('a run in memory has no history that could be renewed');
}

export function upsertSearchAttributes(pairs: readonly { key: { name: string }; value: unknown }[]): void {
  const { searchAttributes } = here().instance;
  for (const { key, value } of pairs) {
    if (value === null || value === undefined) delete searchAttributes[key.name];
    else searchAttributes[key.name] = Array.isArray(value) ? value : [value];
  }
}

/** People look at the status of a fake; logs, metrics and the words in Temporal's own pages go nowhere. */
export function setCurrentDetails(): void {}
const nothing = (): void => {};
export const log = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
export const metricMeter = { createCounter: () => ({ add: nothing }) };
