// What a zone's list of hostnames said at every instant, from the bodies in the API server's audit log: each write on the version
// before it, each host name with one owner at most, and none given away while it rests. Reads a log; its own words for overlap.
import type { Claim } from '../../src/spec/hostname-claims.ts';
import { readClaims } from '../../src/spec/hostname-claims-text.ts';
import { HOSTNAMES_PREFIX, SYSTEM_NAMESPACE } from '../../src/spec/names.ts';
import { type AuditEvent, readAudit, tookEffect } from './audit.ts';

export interface ListState {
  zone: string;
  atMs: number;
  /** The version that the write was bound to; absent where it made the list. */
  on: string | undefined;
  version: string;
  claims: readonly Claim[];
}

interface Body {
  metadata?: { resourceVersion?: string };
  data?: { claims?: string };
}

/** Of all zones, in the order in which the store took them. */
export function listHistory(events: readonly AuditEvent[]): ListState[] {
  return events
    .filter(tookEffect)
    .filter(({ objectRef }) => objectRef?.namespace === SYSTEM_NAMESPACE && objectRef.resource === 'configmaps')
    .flatMap((event) => {
      const { name = '' } = event.objectRef ?? {};
      const after = (event.responseObject ?? {}) as Body & { metadata: { name?: string } };
      const list = name === '' ? (after.metadata.name ?? '') : name;
      if (!list.startsWith(HOSTNAMES_PREFIX)) return [];
      const zone = list.slice(HOSTNAMES_PREFIX.length);
      return [
        {
          zone,
          atMs: Date.parse(event.stageTimestamp),
          on: (event.requestObject as Body | undefined)?.metadata?.resourceVersion,
          version: after.metadata?.resourceVersion ?? '',
          claims: readClaims(zone, after.data?.claims ?? '').claims,
        },
      ];
    })
    .sort((left, right) => Number(left.version) - Number(right.version));
}

/** Of one zone, until now. */
export async function historyOf({ auditLog }: { auditLog: string }, zone: string): Promise<ListState[]> {
  return listHistory(await readAudit(auditLog)).filter((state) => state.zone === zone);
}

/** What broke a rule in the history of one zone. */
export function brokenHistory(states: readonly ListState[]): string[] {
  const violations: string[] = [];
  for (const [index, state] of states.entries()) {
    const before = states[index - 1];
    const title = `${state.zone} at version ${state.version}`;
    if (state.on !== before?.version)
      violations.push(`${title}: written on version ${state.on}, not on ${before?.version}`);
    const held = state.claims.filter((each) => each.state === 'held');
    for (const [at, each] of held.entries())
      for (const other of held.slice(at + 1))
        if (each.incarnation !== other.incarnation && meet(each.name, other.name))
          violations.push(`${title}: ${said(each)} and ${said(other)} at once`);
    violations.push(...givenTooEarly(before, state).map((why) => `${title}: ${why}`));
  }
  return violations;
}

/** Nobody but the same namespace of the same team gets a name while it rests. */
function givenTooEarly(before: ListState | undefined, { claims, atMs }: ListState): string[] {
  const resting = (before?.claims ?? []).filter((each) => each.state === 'released');
  return claims
    .filter((each) => each.state === 'held' && !before?.claims.some((old) => isSame(old, each)))
    .flatMap((each) =>
      resting
        .filter(
          (rest) =>
            meet(rest.name, each.name) &&
            (rest.namespace !== each.namespace || rest.team !== each.team) &&
            // The log tells the time of the answer, a moment after the one that was judged.
            Date.parse(rest.freeAfter) > atMs,
        )
        .map((rest) => `${said(each)} while ${rest.name} of ${rest.namespace} rests until ${rest.freeAfter}`),
    );
}

const isSame = (left: Claim, right: Claim): boolean =>
  left.state === right.state && left.name === right.name && left.incarnation === right.incarnation;

const said = ({ namespace, name }: Claim): string => `${namespace} holds ${name}`;

/** Some host name is meant by both. */
function meet(left: string, right: string): boolean {
  const [one, other] = [left, right].map((name) => name.split('.').reverse());
  for (let at = 0; ; at += 1) {
    const [a, b] = [one?.[at], other?.[at]];
    if (a === '*') return b !== undefined;
    if (b === '*') return a !== undefined;
    if (a !== b) return false;
    if (a === undefined) return true;
  }
}
