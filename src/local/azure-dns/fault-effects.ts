// What a fault makes of a request: refused before anything happens, or its answer lost or spoilt afterwards. Pure.
import {
  type ArmError,
  conflict,
  forbidden,
  internalError,
  throttled,
  unavailable,
  wasModified,
} from './arm-errors.ts';
import type { Fault, FaultSubject } from './faults.ts';
import { AZURE_LIMITS } from './throttle.ts';

/** undefined: the request goes its way, at least at first. */
export function refusalBefore(fault: Fault, subject: FaultSubject): ArmError | undefined {
  const action = `Microsoft.Network/dnsZones${subject.type === undefined ? '' : `/${subject.type}`}`;
  switch (fault.kind) {
    case 'throttled':
      return throttled(action, AZURE_LIMITS.recordSetWrites, fault.retryAfterSeconds);
    case 'conflict':
      return conflict('Another operation on this resource is in progress.');
    case 'precondition-failed':
      return wasModified(subject.name === undefined ? 'Zone' : 'Record set', subject.name ?? subject.zone ?? '');
    case 'forbidden':
      return forbidden(action);
    case 'error-before':
      return internalError();
    case 'unavailable':
      return unavailable(fault.retryAfterSeconds);
    case 'error-after':
    case 'reset-before':
    case 'reset-after':
    case 'stall-before':
    case 'stall-after':
    case 'truncated':
      return undefined;
  }
}

/** Half of it: JSON that ends in the middle. */
export function truncated(body: string): string {
  return body.slice(0, Math.floor(body.length / 2));
}
