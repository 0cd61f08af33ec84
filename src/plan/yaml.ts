// Objects as YAML for people: approvers, `naas plan`, golden files. One document an object, safe to hand to kubectl.
import { stringify } from 'yaml';
import type { KubernetesObject } from './plan.ts';

export function toYaml(objects: readonly KubernetesObject[]): string {
  // kubectl reads YAML 1.1, where a bare `yes` or `0o7` is no text: such strings are quoted. Lines are never folded.
  return objects
    .map((object) => `---\n${stringify(object, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' })}`)
    .join('');
}
