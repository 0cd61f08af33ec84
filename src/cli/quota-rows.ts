// Quota as a person edits and reads it: KEY=VALUE into the request, and each key with what holds now. Pure.
import type { KubernetesObject } from '../plan/plan.ts';
import type { NamespaceRequest } from '../spec/request.ts';
import type { PlanAnswer } from './answers.ts';
import { UsageError } from './usage-error.ts';

type Quota = NonNullable<NamespaceRequest['quota']>;

/** Takes an override back, so that the tier's number counts again. */
const DEFAULT = 'default';

/** Read before anything is asked of a server: what was typed wrongly costs no look at one. */
export function editedQuota(assignments: readonly string[]): (quota: Quota) => Quota {
  const edits = assignments.map((assignment) => {
    const at = assignment.indexOf('=');
    const [key, value] = [assignment.slice(0, at), assignment.slice(at + 1)];
    if (at < 1 || value === '') throw new UsageError(`"${assignment}" is not KEY=VALUE, such as limits.cpu=4`);
    return { key, value };
  });
  const twice = edits.find(({ key }, index) => edits.findIndex((each) => each.key === key) !== index);
  if (twice !== undefined) throw new UsageError(`${twice.key} is given twice`);
  return (quota) => {
    const touched = new Set(edits.map(({ key }) => key));
    const kept = Object.entries(quota).filter(([key]) => !touched.has(key));
    const set = edits.filter(({ value }) => value !== DEFAULT).map(({ key, value }) => [key, value] as const);
    return Object.fromEntries([...kept, ...set]);
  };
}

export interface QuotaRow {
  key: string;
  now?: string;
  /** What an operation that is under way would make of it. */
  wanted?: string;
  from: 'request' | 'tier';
}

/** While an operation is under way the plan is the wanted one; its difference still tells what stands there now. */
export function quotaRows(asked: Quota, plan: PlanAnswer, objects: readonly KubernetesObject[]): QuotaRow[] {
  const hard = hardOf(objects);
  const movements = plan.kind === 'request' ? {} : movementsOf(plan);
  const keys = [...new Set([...Object.keys(hard), ...Object.keys(movements)])];
  return keys.map((key) => {
    const movement = movements[key];
    const now = movement === undefined ? hard[key] : movement.from;
    return {
      key,
      ...(now === undefined ? {} : { now }),
      ...(movement === undefined ? {} : { wanted: movement.to ?? 'none' }),
      from: Object.hasOwn(asked, key) ? 'request' : 'tier',
    };
  });
}

function hardOf(objects: readonly KubernetesObject[]): Record<string, string> {
  const quota = objects.find(({ kind }) => kind === 'ResourceQuota');
  return (quota?.['spec'] as { hard?: Record<string, string> } | undefined)?.hard ?? {};
}

const HARD = /^spec\.hard(?:\["(.+)"\]|\.(.+))$/;

/** By key; a change tells its values as JSON. */
function movementsOf(plan: PlanAnswer): Record<string, { from?: string; to?: string }> {
  const values = plan.changes.find(({ ref }) => ref.kind === 'ResourceQuota')?.values ?? {};
  return Object.fromEntries(
    Object.entries(values).flatMap(([path, { from, to }]) => {
      const [, quoted, plain] = HARD.exec(path) ?? [];
      const key = quoted ?? plain;
      if (key === undefined) return [];
      return [
        [key, { ...(from === undefined ? {} : { from: text(from) }), ...(to === undefined ? {} : { to: text(to) }) }],
      ];
    }),
  );
}

function text(json: string): string {
  return String(JSON.parse(json));
}
