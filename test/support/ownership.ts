// Who owned a name, instant by instant, by the API server's audit log: a name that is held or dying is claimed by nobody, and
// nothing is written into a name that nobody holds. Pure.
import { type AuditEvent, describeEvent, tookEffect } from './audit.ts';

type Holding = 'free' | 'held' | 'dying';

/** The events of one name; answers what broke the rule. `account` is whose writes into the name are judged. */
export function brokenOwnership(events: readonly AuditEvent[], account: string): string[] {
  const violations: string[] = [];
  let holding: Holding = 'free';
  for (const event of inOrder(events.filter(tookEffect))) {
    const ref = event.objectRef;
    if (ref?.resource !== 'namespaces') {
      // Controllers of Kubernetes hear of a namespace before its maker has the answer, and tidy up in what dies.
      if (event.user.username !== account) continue;
      if (holding === 'free') violations.push(`written while nobody held it: ${describeEvent(event)}`);
      if (holding === 'dying' && ref?.resource === 'rolebindings' && event.verb !== 'delete')
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

/**
 * By a moment that lies on the safe side of the effect: what takes a name counts from its answer, what lets go of it from its
 * request. So two lives that follow each other never seem to overlap.
 */
function inOrder(events: readonly AuditEvent[]): AuditEvent[] {
  const letsGo = ({ verb, objectRef }: AuditEvent): boolean =>
    objectRef?.resource === 'namespaces' && verb !== 'create';
  const at = (event: AuditEvent): string => (letsGo(event) ? event.requestReceivedTimestamp : event.stageTimestamp);
  return events.toSorted((a, b) => (at(a) < at(b) ? -1 : 1));
}
