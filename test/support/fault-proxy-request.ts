// Reads one HTTP request to the Kubernetes API as what it means: verb, resource, object, and whether it changes anything.
// Pure: no socket, no clock.

export type WriteVerb = 'create' | 'apply' | 'patch' | 'update' | 'delete';
export type Verb = WriteVerb | 'read';

export interface ApiCall {
  /** The activity of naas that calls; `` for anybody else. */
  activity: string;
  verb: Verb;
  method: string;
  path: string;
  /** `` for the core group. */
  group: string;
  /** Plural, as the path has it; `` for discovery and other non-resource paths. */
  resource: string;
  subresource: string;
  /** The object's kind where the body says it; a DELETE does not. */
  kind: string;
  namespace: string;
  name: string;
  /** The namespace that the call is about: the object's own, or the Namespace object itself. */
  tenant: string;
  dryRun: boolean;
  /** Changes the cluster when it is answered well: what a fault can be set on. */
  effect: boolean;
}

/** Questions to the API server in the form of a POST: they store nothing. */
const QUESTIONS = new Set([
  'tokenreviews',
  'subjectaccessreviews',
  'localsubjectaccessreviews',
  'selfsubjectaccessreviews',
  'selfsubjectrulesreviews',
  'selfsubjectreviews',
]);

export interface Head {
  method?: string | undefined;
  url?: string | undefined;
  headers: { 'content-type'?: string | undefined; 'user-agent'?: string | undefined };
}

export function readCall({ method = 'GET', url = '/', headers }: Head, body: Buffer): ApiCall {
  const { pathname, searchParams } = new URL(url, 'https://api.invalid');
  const { group, rest } = splitGroup(pathname.split('/').filter(Boolean).map(decodeURIComponent));
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'status' && rest[2] !== 'finalize';
  const [resource = '', pathName = '', subresource = ''] = inNamespace ? rest.slice(2) : rest;
  const sent = method === 'GET' ? {} : parse(body);
  const namespace = inNamespace ? (rest[1] ?? '') : '';
  const name = pathName === '' ? (sent.metadata?.name ?? '') : pathName;
  const dryRun = searchParams.has('dryRun') || (sent.dryRun?.length ?? 0) > 0;
  const verb = verbOf(method, headers['content-type'] ?? '');
  return {
    activity: /^naas \((\w+)\)$/.exec(headers['user-agent'] ?? '')?.[1] ?? '',
    verb,
    method,
    path: url,
    group,
    resource,
    subresource,
    kind: sent.kind === undefined || sent.kind === 'DeleteOptions' ? '' : sent.kind,
    namespace,
    name,
    tenant: namespace !== '' ? namespace : resource === 'namespaces' ? name : '',
    dryRun,
    effect: verb !== 'read' && !dryRun && !QUESTIONS.has(resource),
  };
}

function splitGroup(segments: string[]): { group: string; rest: string[] } {
  if (segments[0] === 'api') return { group: '', rest: segments.slice(2) };
  if (segments[0] === 'apis') return { group: segments[1] ?? '', rest: segments.slice(3) };
  return { group: '', rest: [] };
}

function verbOf(method: string, contentType: string): Verb {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return contentType.startsWith('application/apply-patch') ? 'apply' : 'patch';
    case 'DELETE':
      return 'delete';
    default:
      return 'read';
  }
}

function parse(body: Buffer): { kind?: string; metadata?: { name?: string }; dryRun?: string[] } {
  // A YAML or binary body names itself through the path; only JSON bodies are looked into.
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
