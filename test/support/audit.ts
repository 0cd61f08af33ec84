// Reads the API server's audit log: what really was asked, by whom, when, and what it was answered. An independent
// witness of order; it knows nothing of naas but the name of its account.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface AuditEvent {
  auditID: string;
  stage: string;
  verb: string;
  user: { username: string };
  objectRef?: {
    apiGroup?: string;
    resource: string;
    subresource?: string;
    namespace?: string;
    name?: string;
  };
  requestURI: string;
  userAgent?: string;
  responseStatus?: { code?: number; reason?: string; message?: string };
  requestReceivedTimestamp: string;
  stageTimestamp: string;
  annotations?: Record<string, string>;
  /** Only where the audit policy keeps bodies. */
  requestObject?: unknown;
  responseObject?: unknown;
}

/** Completed requests, in the order in which they were answered; `user` leaves out everybody else's. */
export async function readAudit(file: string, user?: string): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
    // A line that is being written while we read is not complete yet.
    const event = parse(line);
    if (event?.stage !== 'ResponseComplete') continue;
    if (user === undefined || event.user.username === user) events.push(event);
  }
  return events.sort((a, b) => (a.stageTimestamp < b.stageTimestamp ? -1 : 1));
}

function parse(line: string): AuditEvent | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Changed something: a write, not a dry run, answered well. */
export function tookEffect(event: AuditEvent): boolean {
  const code = event.responseStatus?.code ?? 0;
  return WRITES.has(event.verb) && code >= 200 && code < 300 && !event.requestURI.includes('dryRun=');
}

/** The namespace that an event is about: the object's own, or the Namespace object itself. */
export function tenantOf(event: AuditEvent): string {
  const ref = event.objectRef;
  if (ref?.resource === 'namespaces') return ref.name ?? '';
  return ref?.namespace ?? '';
}

export function byTenant(events: readonly AuditEvent[]): Map<string, AuditEvent[]> {
  const tenants = new Map<string, AuditEvent[]>();
  for (const event of events) {
    const tenant = tenantOf(event);
    if (tenant === '') continue;
    tenants.set(tenant, [...(tenants.get(tenant) ?? []), event]);
  }
  return tenants;
}

export function describeEvent(event: AuditEvent): string {
  const ref = event.objectRef;
  const what = [ref?.resource, ref?.subresource].filter(Boolean).join('/');
  const where = [ref?.namespace, ref?.name].filter(Boolean).join('/');
  return `${event.requestReceivedTimestamp} ${event.user.username} ${event.verb} ${what} ${where} → ${event.responseStatus?.code}`;
}
