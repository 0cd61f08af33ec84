// What the reason of a condition means for whoever waits: the one table. Pure.
import type { ErrorName } from './errors.ts';
import type { Condition } from './gateway-objects.ts';

export interface Failing {
  code: ErrorName;
  /** What to do about it. */
  hint: string;
}

const OBJECT: Failing = {
  code: 'Invalid',
  hint: 'The controller of the gateway refuses the object for good; its message says why.',
};
const PLATFORM: Failing = {
  code: 'Forbidden',
  hint: 'Whoever owns the shared Gateway decides which namespaces may attach: compare its allowedListeners and allowedRoutes with the labels of the namespace.',
};
const TAKEN: Failing = {
  code: 'Conflict',
  hint: 'Another listener of the same Gateway has the hostname already, and the older one keeps it.',
};

/**
 * Reasons that no waiting mends. Whatever is not here may still turn: Pending, AddressNotAssigned, NoMatchingParent (the
 * listener is not seen yet), InvalidCertificateRef (the certificate is not issued yet), and every reason nobody has told us of.
 */
const FAILING: Readonly<Record<string, Failing>> = {
  Invalid: OBJECT,
  InvalidParameters: OBJECT,
  InvalidKind: OBJECT,
  InvalidRouteKinds: OBJECT,
  IncompatibleFilters: OBJECT,
  UnsupportedAddress: OBJECT,
  UnsupportedProtocol: OBJECT,
  UnsupportedValue: OBJECT,
  TooManyListeners: OBJECT,
  NoMatchingListenerHostname: {
    code: 'Invalid',
    hint: 'No listener of the Gateway serves the hostname: its own listeners, or the zone of the hostname, have to change.',
  },
  NotAllowed: PLATFORM,
  NotAllowedByListeners: PLATFORM,
  RefNotPermitted: PLATFORM,
  Conflicted: TAKEN,
  HostnameConflict: TAKEN,
  ProtocolConflict: TAKEN,
  ListenerConflict: TAKEN,
  /** cert-manager: whoever approves certificate requests said no. */
  Denied: {
    code: 'Forbidden',
    hint: "The cluster's approval policy for certificates denied the request; ask its owner.",
  },
};

export function failing(reason: string): Failing | undefined {
  return Object.hasOwn(FAILING, reason) ? FAILING[reason] : undefined;
}

/** Not true, and yet all is well: naas routes to a Service that the team has still to make. */
export function isFine({ type, reason }: Condition): boolean {
  return type === 'ResolvedRefs' && reason === 'BackendNotFound';
}

/** The listener's certificate is not there yet; what the controller then says of the whole is no more than that. */
export const CERTIFICATE_MISSING = 'InvalidCertificateRef';
