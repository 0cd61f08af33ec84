// One Kubernetes cluster as the activities see it. Translates their words into calls; decides nothing, retries nothing.
import { NaasError } from '../../spec/errors.ts';
import { describeRef, type ObjectRef, refOf } from '../../spec/inventory.ts';
import { FIELD_MANAGER } from '../../spec/names.ts';
import { patientWithColdStarts } from './cold-start.ts';
import { type CredentialSource, openCredentials } from './credentials.ts';
import { parseDeletionReport } from './deletion-report.ts';
import { createDiscovery } from './discovery.ts';
import { createEffects, isObject, type Write } from './effects.ts';
import { failureOf, isStatus } from './failures.ts';
import { type CallOptions, type Cluster, isJson, type KubernetesObject } from './object.ts';
import { collectionPath, objectPath } from './paths.ts';
import { type HttpAnswer, type HttpCall, openTransport } from './transport.ts';
import { createWriteRate } from './write-rate.ts';

export interface ConnectOptions extends CredentialSource {
  /** The name under which the installation knows the cluster; it stands in every reference and effect. */
  name: string;
  writesPerSecond?: number | undefined;
  fieldManager?: string;
}

export interface KubernetesCluster extends Cluster {
  readonly server: string;
  /** A plain GET, for what is no object: versions, health. */
  get(path: string, options: CallOptions): Promise<unknown>;
  /** A POST that asks and stores nothing: access reviews, token requests. */
  ask(path: string, body: unknown, options: CallOptions): Promise<Record<string, unknown>>;
  /** A create, dry-run on the server and perhaps as somebody else: tells whether admission would let it pass. */
  probe(
    object: KubernetesObject,
    options: CallOptions & { as?: { user: string; groups: string[] } },
  ): Promise<KubernetesObject>;
  /** The certificate authority that the kubeconfig trusts; undefined when it is the system's. */
  certificateAuthority(): Promise<Buffer | undefined>;
  /** Whether `serverNowMs` rests on an answer of the server. */
  clockKnown(): boolean;
  close(): Promise<void>;
}

/** A namespace is about 15 objects and an API server takes some 600 calls at once: quick for us, unfelt by others. */
const WRITES_PER_SECOND = 200;
/** A list is read in pages, as kubectl does, so that one answer never grows without bound. */
const PAGE = '500';

/** Reads the kubeconfig; contacts no server. */
export async function connectCluster(options: ConnectOptions): Promise<KubernetesCluster> {
  const credentials = await openCredentials(options);
  const transport = patientWithColdStarts(openTransport(credentials));
  const discovery = createDiscovery(transport);
  const effects = createEffects(transport, createWriteRate(options.writesPerSecond ?? WRITES_PER_SECOND));
  const fieldManager = options.fieldManager ?? FIELD_MANAGER;

  const refuse = (answer: HttpAnswer, what: string, verb: 'get' | 'list' | 'ask'): NaasError =>
    failureOf(answer, { what, verb, serverNowMs: transport.serverNowMs(), clean: transport.clean });
  const creation = async (object: KubernetesObject, call: CallOptions): Promise<Write> => {
    const ref = refOf(options.name, object);
    const resource = await discovery.resourceOf(object, call);
    const path = collectionPath(resource, ref.namespace);
    const query = { fieldManager, fieldValidation: 'Strict' };
    const what = `create of ${describeRef(ref)}`;
    return { verb: 'create', ref, fieldManager, call: { method: 'POST', path, query, body: object, what } };
  };
  const application = async (object: KubernetesObject, call: CallOptions & { force: boolean }): Promise<Write> => {
    const ref = refOf(options.name, object);
    const resource = await discovery.resourceOf(object, call);
    const http: HttpCall = {
      method: 'PATCH',
      path: objectPath(resource, ref.namespace, ref.name),
      query: { fieldManager, fieldValidation: 'Strict', force: String(call.force) },
      body: object,
      contentType: 'application/apply-patch+yaml',
      what: `apply of ${describeRef(ref)}`,
    };
    return { verb: 'apply', ref, fieldManager, call: http };
  };

  const merging = async (ref: ObjectRef, patch: Record<string, unknown>, call: CallOptions): Promise<Write> => {
    const resource = await discovery.resourceOf(ref, call);
    const http: HttpCall = {
      method: 'PATCH',
      path: objectPath(resource, ref.namespace, ref.name),
      query: { fieldManager, fieldValidation: 'Strict' },
      body: patch,
      contentType: 'application/merge-patch+json',
      what: `merge into ${describeRef(ref)}`,
    };
    return { verb: 'merge', ref, fieldManager, call: http };
  };

  const read = async (ref: ObjectRef, call: CallOptions): Promise<KubernetesObject | undefined> => {
    const resource = await discovery.resourceOf(ref, call);
    const what = `read of ${describeRef(ref)}`;
    const path = objectPath(resource, ref.namespace, ref.name);
    const answer = await transport.send({ method: 'GET', path, what }, call);
    if (answer.status === 404 && isStatus(answer)) return undefined;
    if (answer.status === 404) discovery.forget(ref.apiVersion);
    if (answer.status !== 200 || !isObject(answer.body)) throw refuse(answer, what, 'get');
    effects.saw(answer.body);
    return answer.body;
  };

  return {
    name: options.name,
    server: transport.server,
    read,
    async list(kind, namespace, call) {
      const resource = await discovery.resourceOf(kind, call);
      const what = `list of ${kind.kind} in ${namespace ?? 'the whole cluster'}`;
      const path = collectionPath(resource, namespace);
      const found: KubernetesObject[] = [];
      let next = '';
      do {
        const query = {
          limit: PAGE,
          ...(call.label === undefined ? {} : { labelSelector: call.label }),
          ...(next === '' ? {} : { continue: next }),
        };
        const answer = await transport.send({ method: 'GET', path, query, what }, call);
        if (answer.status !== 200 || !isJson(answer.body) || !Array.isArray(answer.body['items']))
          throw refuse(answer, what, 'list');
        // The items of a list do not repeat the kind.
        for (const item of answer.body['items']) found.push({ ...item, apiVersion: kind.apiVersion, kind: kind.kind });
        const metadata = answer.body['metadata'];
        next = isJson(metadata) && typeof metadata['continue'] === 'string' ? metadata['continue'] : '';
      } while (next !== '');
      return found;
    },
    async serves(kind, call) {
      try {
        await discovery.resourceOf(kind, call);
        return true;
      } catch (error) {
        if (error instanceof NaasError && error.code === 'KindMissing') return false;
        throw error;
      }
    },
    kindOf: (resource, call) => discovery.named(resource, call),
    create: async (object, call) => effects.write(await creation(object, call), call),
    apply: async (object, call) => effects.write(await application(object, call), call),
    merge: async (ref, patch, call) => effects.write(await merging(ref, patch, call), call),
    dryRun: async (object, call) => effects.rehearse(await application(object, call), call),
    async probe(object, { as, ...call }) {
      const write = await creation(object, call);
      const groups = as?.groups.map((group): [string, string] => ['Impersonate-Group', group]) ?? [];
      const headers: [string, string][] = as === undefined ? [] : [['Impersonate-User', as.user], ...groups];
      return effects.rehearse({ ...write, call: { ...write.call, headers } }, call);
    },
    async remove(ref, uid, { resourceVersion, ...call }) {
      const resource = await discovery.resourceOf(ref, call);
      const path = objectPath(resource, ref.namespace, ref.name);
      const preconditions = { uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions, propagationPolicy: 'Background' };
      const what = `delete of ${describeRef(ref)}`;
      return effects.write({ verb: 'delete', ref, fieldManager, call: { method: 'DELETE', path, body, what } }, call);
    },
    async deletionReport(namespace, call) {
      const object = await read(namespace, call);
      if (object === undefined) return undefined;
      const kindOf = (resource: string, group: string) => discovery.known(resource, group);
      return { uid: object.metadata.uid ?? '', report: parseDeletionReport(object['status'], kindOf) };
    },
    async get(path, call) {
      const what = `GET ${path}`;
      const answer = await transport.send({ method: 'GET', path, what }, call);
      if (answer.status !== 200) throw refuse(answer, what, 'get');
      return answer.body;
    },
    async ask(path, body, call) {
      const what = `POST ${path}`;
      const answer = await transport.send({ method: 'POST', path, body, what }, call);
      if (answer.status >= 300 || !isJson(answer.body)) throw refuse(answer, what, 'ask');
      return answer.body;
    },
    async certificateAuthority() {
      const { ca } = (await credentials.current()).tls;
      return ca === undefined ? undefined : Buffer.from(ca);
    },
    serverNowMs: () => transport.serverNowMs(),
    clockKnown: () => transport.clockKnown(),
    close: () => transport.close(),
  };
}
