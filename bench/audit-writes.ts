// Counts writes in the API server's audit log: what one account really changed in one namespace. An independent witness, which
// knows nothing of what naas says that it did.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

interface AuditEvent {
  verb: string;
  user: { username: string };
  objectRef?: { resource: string; namespace?: string; name?: string };
  requestURI: string;
  responseStatus?: { code?: number };
}

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Every write request, also one that was refused or changed nothing; no dry runs. */
export async function writesOf(auditLog: string, user: string, namespace: string): Promise<number> {
  let writes = 0;
  for await (const line of createInterface({ input: createReadStream(auditLog, 'utf8') })) {
    // Most lines are of other namespaces: not worth parsing.
    if (!line.includes(`"${namespace}"`) || !line.endsWith('}')) continue;
    if (isWrite(JSON.parse(line) as AuditEvent, user, namespace)) writes += 1;
  }
  return writes;
}

function isWrite(event: AuditEvent, user: string, namespace: string): boolean {
  const { verb, objectRef, requestURI } = event;
  const about = objectRef?.resource === 'namespaces' ? objectRef.name : objectRef?.namespace;
  return WRITES.has(verb) && event.user.username === user && about === namespace && !requestURI.includes('dryRun=');
}
