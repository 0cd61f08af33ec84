// Conditions as the stand-in controllers write them. Pure: when they are written is somebody else's concern.
import type { Condition } from '../../spec/gateway-objects.ts';

/** What a condition shall say; the rest of it comes from what stands there. */
export interface Said {
  type: string;
  status: 'True' | 'False';
  reason: string;
  message: string;
}

export function yes(type: string, reason = type): Said {
  return { type, status: 'True', reason, message: MESSAGE };
}

export function no(type: string, reason: string, message: string): Said {
  return { type, status: 'False', reason, message: `${MESSAGE}: ${message}` };
}

const MESSAGE = 'said by a stand-in';

/** Conditions of types that are not ours stay; the time moves only with the status, as everywhere in Kubernetes. */
export function merged(
  standing: readonly Condition[] | undefined,
  said: readonly Said[],
  observedGeneration: number,
  now: string,
): Condition[] {
  const ours = said.map((each): Condition => {
    const before = standing?.find(({ type }) => type === each.type);
    const lastTransitionTime = (before?.status === each.status ? before.lastTransitionTime : undefined) ?? now;
    return { ...each, observedGeneration, lastTransitionTime };
  });
  const others = standing?.filter(({ type }) => !said.some((each) => each.type === type)) ?? [];
  return [...others, ...ours];
}
