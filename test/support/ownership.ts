// Who owned a name, instant by instant, by the API server's audit log: a name that is held or dying is claimed by nobody, and
// nothing is written into a name that nobody holds. Pure.
import { type AuditEvent, describeEvent, tookEffect } from './audit.ts';

type Holding = 'free' | 'held' | 'dying';

/** The events of one name, oldest first; answers what broke the rule. */
export function brokenOwnership(events: readonly AuditEvent[]): string[] {
  const violations: string[] = [];
  let holding: Holding = 'free';
  for (const event of events) {
    if (!tookEffect(event)) continue;
    const ref = event.objectRef;
    if (ref?.resource !== 'namespaces') {
      // Controllers of Kubernetes tidy up in what dies; to grant anything there is naas's fault.
      if (holding === 'free') violations.push(`written while nobody held it: ${describeEvent(event)}`);
      if (
        holding === 'dying' &&
        ref?.resource === 'rolebindings' &&
        event.verb !== 'delete' &&
        event.verb !== 'deletecollection'
      )
        violations.push(`granted while it was dying: ${describeEvent(event)}`);
      continue;
    }
    if (event.verb === 'create') {
      if (holding !== 'free') violations.push(`claimed while it was ${holding}: ${describeEvent(event)}`);
      holding = 'held';
    } else if (event.verb === 'delete') holding = 'dying';
    else if (ref.subresource === 'finalize') holding = 'free';
  }
  return violations;
}
