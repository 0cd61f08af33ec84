// Every name that naas gives to something: ids, labels, annotations, queues. Pure; nobody else builds a name.

export const FIELD_MANAGER = 'naas';
export const SYSTEM_NAMESPACE = 'naas-system';
export const WORKER_SERVICE_ACCOUNT = 'naas-worker';
export const WORKER_USER = `system:serviceaccount:${SYSTEM_NAMESPACE}:${WORKER_SERVICE_ACCOUNT}`;
/** In naas's own namespace: while it says so, naas writes nothing. */
export const SWITCH_CONFIG_MAP = 'naas-switch';
export const DEFAULT_TASK_QUEUE = 'naas';

/** In naas's own namespace, one a zone: who holds which hostname. The fence knows them by this beginning. */
export const HOSTNAMES_PREFIX = 'naas-hostnames.';
/** Of the Lease that gives out the turns of a zone's writes. */
export const ZONE_LEASE_PREFIX = 'naas-zone.';

/** Of the queue that all zones share which teams have handed over: they come and go while workers run. No zone has such a name. */
export const DELEGATED_ZONES = '_delegated';

/** A zone has a queue to itself: what waits for its turn there holds up nothing else. */
export function zoneQueue(taskQueue: string, zone: string): string {
  return `${taskQueue}-dns-${zone}`;
}

/** The workflow types, as `temporal workflow start --type` wants them. */
export const LIFECYCLE_WORKFLOW = 'namespaceLifecycle';
export const PREVIEW_WORKFLOW = 'preview';
export const ORPHAN_SWEEP_WORKFLOW = 'orphanSweep';
export const DOMAIN_WORKFLOW = 'domainLifecycle';
export const DOMAIN_RECHECK_WORKFLOW = 'domainRecheck';

/** What the fence says of a write into a namespace that is not the one that it was meant for. */
export const FENCED_OFF = 'is not the one of the namespace';

/** What the hostname fence says first; an API server that has not heard of a new name yet says it as well. */
export const HOSTNAMES_REFUSED = 'objects in namespace';

/** Labels and annotations under this prefix are naas's alone; an admission policy holds everybody else off. */
export const OWNED_PREFIX = 'naas.dev/';

export const LABEL = {
  team: 'naas.dev/team',
  project: 'naas.dev/project',
  environment: 'naas.dev/environment',
  tier: 'naas.dev/tier',
  template: 'naas.dev/template',
  /** Fences late writers: an object may only be written where its namespace carries the same value. */
  incarnation: 'naas.dev/incarnation',
} as const;

export const ANNOTATION = {
  request: 'naas.dev/request',
  planDigest: 'naas.dev/plan-digest',
  /** gzip + base64 of the Spec: the cluster alone is enough to rebuild a run. */
  spec: 'naas.dev/spec',
  /**
   * RFC 3339, the API server's clock: a creation that reaches the API server later is denied there. It stays for life, so
   * that a late creation is told from the object that came in time.
   */
  claimBefore: 'naas.dev/claim-before',
  /** Set and taken away again by an undo: it moves the object's version on, so that no write that was read before lands. */
  fence: 'naas.dev/fence',
  /** Set by an administrator on a namespace that naas may take over, with the id of the request. Not under our prefix. */
  adoptAllow: 'adopt.naas.dev/allow',
  /** Which hostnames the namespace has, separated by commas: objects in it may name no other. */
  hostnames: 'naas.dev/hostnames',
} as const;

/** The workflow id is the lock: one open run a name, so no two operations on one namespace can race. */
export function workflowId(namespace: string): string {
  return `namespace:${namespace}`;
}

export function namespaceOf(id: string): string | undefined {
  return id.startsWith('namespace:') ? id.slice('namespace:'.length) : undefined;
}

/** One run holds all names below what somebody registered: parent and child cannot come to two teams unseen. */
export function domainWorkflowId(registrable: string): string {
  return `domain:${registrable}`;
}

export function domainOfId(id: string): string | undefined {
  return id.startsWith('domain:') ? id.slice('domain:'.length) : undefined;
}

/** A preview is nobody's lock: a random suffix keeps two previews of one name apart. */
export function previewWorkflowId(namespace: string, suffix: string): string {
  return `preview:${namespace}:${suffix}`;
}

/** The server deduplicates by update id: the same id and body answer from its memory, another body is another id. */
export function updateId(requestId: string, bodySha256: string): string {
  return `${requestId}:${bodySha256}`;
}

export function defaultNamespaceName(triple: { team: string; project: string; environment: string }): string {
  return `${triple.team}-${triple.project}-${triple.environment}`;
}

/** The slots that admission adds; no rule of the catalog may name one so. */
export const CONSENT_SLOT_PREFIX = 'ingress-from-';

export function consentSlot(team: string): string {
  return `${CONSENT_SLOT_PREFIX}${team}`;
}

/** Of a transfer. Whoever sits for the team that takes it becomes the namespace's owner. */
export const TRANSFER_SLOTS = { gives: 'gives', takes: 'takes' } as const;

/** RFC 1123 label, as Kubernetes demands of a namespace: at most 63 characters. */
export const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export const SEARCH_ATTRIBUTES = {
  NaasTeam: 'Keyword',
  NaasPhase: 'Keyword',
  NaasEnvironment: 'Keyword',
  NaasErrorType: 'Keyword',
  NaasIncarnation: 'Keyword',
  NaasAwaits: 'KeywordList',
  NaasLeaseEnd: 'Datetime',
  NaasNeedsPerson: 'Bool',
  /** Of a domain: the states and teams of those that hold parts of it. */
  NaasDomain: 'KeywordList',
} as const;

/** How a person or group stands in `NaasAwaits`, so that an inbox is one visibility query. */
export function awaitsUser(subject: string): string {
  return `user:${subject}`;
}

export function awaitsGroup(group: string): string {
  return `group:${group}`;
}
