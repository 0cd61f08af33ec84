// No right without a use, no use without a right: the worker's ClusterRole held against the audit log of whole lives,
// a blocked one among them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STAND_IN_CLASS } from '../../src/local/controllers/access.ts';
import { ANNOTATION, ORPHAN_SWEEP_WORKFLOW, WORKER_USER } from '../../src/spec/names.ts';
import { type AuditEvent, describeEvent, readAudit } from '../support/audit.ts';
import { kubectl } from '../support/cluster-snapshot.ts';
import { type EffectTable, ruleAt } from '../support/effects-table.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import { openReachStand, type ReachStand, ZONES } from '../support/reach-stand.ts';
import { withTemporal } from '../support/runs.ts';
import { cleanLife, DEV, PEOPLE, STAGING } from '../support/scenario.ts';
import { applyForeign, HELD_OF_EACH_KIND, heldOfEachHostnameKind, hold, release } from '../support/scenario-foreign.ts';

interface PolicyRule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
}

let stand: ReachStand;
let rules: PolicyRule[];
let mine: AuditEvent[];

beforeAll(async () => {
  stand = await openReachStand({ crds: ['istio-networking'] });
  await stand.startWorker();
  const begun = new Date().toISOString();
  await lives();
  rules = await workerRules();
  // Other files of the run have late packets denied on purpose; the log is theirs as well.
  mine = (await readAudit(stand.auditLog, WORKER_USER)).filter((event) => event.requestReceivedTimestamp >= begun);
});

afterAll(async () => {
  await stand?.close();
  recordProof('rights of the worker', granted().length, failedTests());
});

/** A preview against nothing and against a living namespace, a life with people, a write that has to be repeated, an undo, a block. */
async function lives(): Promise<void> {
  await stand.owner.preview(stand.request('rights-life', STAGING));
  const table: EffectTable = await cleanLife(stand, 'rights-life', async () => {
    await stand.owner.preview(stand.request('rights-life', DEV));
  });
  const claim = table.provisioning[0];
  const last = table.provisioning.at(-1);
  if (claim === undefined || last === undefined) throw new Error('the table of writes is empty');
  // The claim's answer is lost: its second attempt has to read what stands there.
  ruleAt(stand.proxy, 'rights-again', claim, { fault: { mode: 'reset-after' }, times: 1 });
  // The last write is lost as well: undo finds an entry that was intended only.
  ruleAt(stand.proxy, 'rights-undo', last, { fault: { mode: 'fail-after', status: 403 } });
  await Promise.all([stand.submit('rights-again', DEV), stand.submit('rights-undo', DEV)]);
  await Promise.all([stand.untilAll(['rights-again'], ['ready']), stand.untilAll(['rights-undo'], ['failed'])]);
  // Every kind that naas may list keeps the namespace: the status has to name each.
  await hold(stand.kube, 'rights-again', HELD_OF_EACH_KIND);
  await stand.owner.teardown('rights-again');
  await stand.untilAll(['rights-again'], ['blocked']);
  await release(stand.kube, 'rights-again', HELD_OF_EACH_KIND);
  await stand.untilAll(['rights-again'], ['deleted']);
  await reachedLives();
  await undoneAdoption('rights-adopted');
  // The sweep lists all managed namespaces.
  await withTemporal(stand.platform.temporalAddress, (client) =>
    client.workflow.execute(ORPHAN_SWEEP_WORKFLOW, {
      workflowId: 'rights-sweep',
      taskQueue: stand.taskQueue,
      args: [{ graceMinutes: 10 }],
    }),
  );
}

const ADDRESS = '192.0.2.80';

/** A hostname of every protocol in every mode that a gateway may have, and every kind of theirs keeping a namespace. */
async function reachedLives(): Promise<void> {
  await ingressService();
  const modes = {
    // Of Istio the version decides with that of the definitions.
    'listener-set': { modes: ['listener-set'], istioVersion: '1.31.1' },
    'own-gateway': { modes: ['own-gateway'], className: STAND_IN_CLASS },
    'istio-classic': {
      modes: ['istio-classic'],
      tls: 'none',
      istio: { selector: { istio: 'ingress' }, service: 'ingress' },
    },
  };
  for (const [index, [mode, gateway]] of Object.entries(modes).entries()) {
    const other = await openReachStand({ on: stand, gateway });
    try {
      await other.startWorker();
      const name = `rights-${mode}`;
      const protocols = mode === 'istio-classic' ? ['http'] : ['http', 'grpc', 'tls'];
      const hostnames = protocols.map((protocol) => ({ name: `${protocol}.${ZONES[index]}`, protocol }));
      await other.submit(name, { ...DEV, hostnames });
      await other.untilAll([name], ['ready']);
      const held = mode === 'listener-set' ? heldOfEachHostnameKind(hostnames[0]?.name ?? '') : [];
      if (held.length > 0) await hold(other.kube, name, held);
      await other.teardown(name);
      if (held.length > 0) {
        await other.untilAll([name], ['blocked']);
        await release(other.kube, name, held);
      }
      await other.untilAll([name], ['deleted']);
    } finally {
      await other.close();
    }
  }
}

/** Where Istio's classic ingress would be reached. */
async function ingressService(): Promise<void> {
  const metadata = { name: 'ingress', namespace: 'gateway-system' };
  const spec = { type: 'LoadBalancer', ports: [{ port: 80 }] };
  await applyForeign(stand.kube, [{ apiVersion: 'v1', kind: 'Service', metadata, spec }]);
  const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: ADDRESS }] } } });
  const patch = ['--subresource=status', '--type=merge', '-p', status];
  await kubectl(stand.kube, 'patch', 'service', metadata.name, '-n', metadata.namespace, ...patch);
}

/** An adoption writes the Namespace itself, and its undo takes each object away singly: the namespace stays. */
async function undoneAdoption(name: string): Promise<void> {
  await kubectl(stand.kube, 'create', 'namespace', name);
  await kubectl(stand.kube, 'annotate', 'namespace', name, `${ANNOTATION.adoptAllow}=rights`);
  const fault = { mode: 'fail-before', status: 403 } as const;
  stand.proxy.add({ tenant: name, verb: 'apply', resource: 'rolebindings', fault });
  await stand.owner.adopt(stand.request(name, DEV), { requestId: 'rights' });
  const operator = stand.clientOf(PEOPLE.operator);
  await operator.decide(name, { decision: 'approve' });
  await operator.close();
  await stand.untilAll([name], ['failed']);
  await kubectl(stand.kube, 'delete', 'namespace', name, '--wait');
}

async function workerRules(): Promise<PolicyRule[]> {
  const read = async (...words: string[]) => JSON.parse(await kubectl(stand.kube, 'get', ...words, '-o', 'json'));
  const bindings: { roleRef: { name: string }; subjects?: { kind: string; name: string; namespace?: string }[] }[] = (
    await read('clusterrolebindings')
  ).items;
  const names = bindings
    .filter((binding) =>
      binding.subjects?.some(
        (subject) =>
          subject.kind === 'ServiceAccount' &&
          `system:serviceaccount:${subject.namespace}:${subject.name}` === WORKER_USER,
      ),
    )
    .map((binding) => binding.roleRef.name);
  expect(names.length, 'the worker has a ClusterRole').toBeGreaterThan(0);
  const roles: { rules: PolicyRule[] }[] = await Promise.all(names.map((name) => read('clusterrole', name)));
  return roles.flatMap((role) => role.rules);
}

function granted(): string[] {
  return (rules ?? []).flatMap((rule) =>
    (rule.apiGroups ?? []).flatMap((group) =>
      (rule.resources ?? []).flatMap((resource) => rule.verbs.map((verb) => `${verb} ${group}/${resource}`)),
    ),
  );
}

/** A right that is asked for: `create` stands behind an apply that made its object. */
function usesOf(event: AuditEvent): string[] {
  const ref = event.objectRef;
  if (ref === undefined) return [];
  const resource = ref.subresource === undefined ? ref.resource : `${ref.resource}/${ref.subresource}`;
  const of = (verb: string) => `${verb} ${ref.apiGroup ?? ''}/${resource}`;
  return event.verb === 'patch' && event.responseStatus?.code === 201 ? [of('patch'), of('create')] : [of(event.verb)];
}

describe('the rights of the worker', () => {
  it('are all used', () => {
    const used = new Set(mine.flatMap(usesOf));
    // `bind` is asked by the API server while it judges a RoleBinding: without it each of them would be denied.
    const unused = granted().filter((right) => !right.startsWith('bind ') && !used.has(right));
    expect(unused).toEqual([]);
    expect(granted().some((right) => right.startsWith('bind '))).toBe(true);
  });

  it('are all that it needs: nothing was denied', () => {
    expect(mine.length).toBeGreaterThan(50);
    const denied = mine.filter((event) => event.responseStatus?.code === 403 || event.responseStatus?.code === 401);
    expect(denied.map(describeEvent)).toEqual([]);
  });

  it('hold no wildcard, and bind names its roles', () => {
    for (const rule of rules) {
      expect([...(rule.apiGroups ?? []), ...(rule.resources ?? []), ...rule.verbs]).not.toContain('*');
      if (rule.verbs.includes('bind')) expect(rule.resourceNames?.length).toBeGreaterThan(0);
      expect(rule.verbs).not.toContain('escalate');
      expect(rule.verbs).not.toContain('impersonate');
    }
  });
});
