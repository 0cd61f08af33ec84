// The paths whose histories are kept for the replay gate, and how each comes about on the real servers.
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { pause, resume } from '../../src/ops/switch.ts';
import { ANNOTATION, workflowId } from '../../src/spec/names.ts';
import { kubectl } from './cluster-snapshot.ts';
import { ruleAt } from './effects-table.ts';
import { gather } from './fault-proxy-gate.ts';
import { sharedPlatform } from './platform.ts';
import { type OpenedRecording, REACH_RECORDINGS } from './recorded-reach.ts';
import { startAlone, submissionOf, withTemporal } from './runs.ts';
import { DEV, openStand, PEOPLE, STAGING, type Stand, type StandOptions } from './scenario.ts';

const NAMESPACE = { verb: 'create', resource: 'namespaces', name: '*' } as const;
const INFORMATION = { verb: 'apply', resource: 'configmaps', name: 'naas-information' } as const;
const BINDING = { verb: 'delete', resource: 'rolebindings', name: 'naas-developers' } as const;

const QUOTA = { verb: 'apply', resource: 'resourcequotas', name: 'naas-quota' } as const;
const INFORMATION_PATCH = { verb: 'patch', resource: 'configmaps', name: 'naas-information' } as const;

type Act = (stand: Stand, name: string) => Promise<void>;

async function natively(name: string): Promise<void> {
  await withTemporal(sharedPlatform().temporalAddress, (client) =>
    client.workflow.getHandle(workflowId(name)).cancel(),
  );
}

const PATHS: Record<string, Act> = {
  'approved-by-policy': async (stand, name) => {
    await stand.submit(name, DEV);
    await stand.untilAll([name], ['ready']);
  },
  'approved-and-deleted': async (stand, name) => {
    await stand.submit(name, STAGING);
    await stand.untilAll([name], ['awaiting-approval']);
    await stand.lead.decide(name, { decision: 'approve' });
    await stand.untilAll([name], ['ready']);
    await stand.owner.teardown(name);
    await stand.untilAll([name], ['deleted']);
  },
  rejected: async (stand, name) => {
    await stand.submit(name, STAGING);
    await stand.untilAll([name], ['awaiting-approval']);
    await stand.lead.decide(name, { decision: 'reject', reason: 'too early' });
    await stand.untilAll([name], ['rejected']);
  },
  'cancelled-while-waiting': async (stand, name) => {
    await stand.submit(name, STAGING);
    await stand.untilAll([name], ['awaiting-approval']);
    await stand.owner.cancel(name);
    await stand.untilAll([name], ['cancelled']);
  },
  refused: async (stand, name) => {
    await stand.owner.submit({ ...stand.request(name, DEV), tier: 'gigantic' }).catch(() => undefined);
    await stand.untilAll([name], ['refused']);
  },
  'failed-and-undone': async (stand, name) => {
    ruleAt(stand.proxy, name, INFORMATION, { fault: { mode: 'fail-before', status: 403 } });
    await stand.submit(name, DEV);
    await stand.untilAll([name], ['failed']);
  },
  'claim-refused': async (stand, name) => {
    ruleAt(stand.proxy, name, NAMESPACE, { fault: { mode: 'fail-before', status: 403 } });
    await stand.submit(name, DEV);
    await stand.untilAll([name], ['failed']);
  },
  'cancelled-while-provisioning': async (stand, name) => {
    const gate = gather(stand.proxy, [{ tenant: name, point: INFORMATION, moment: 'before' }]);
    await stand.submit(name, DEV);
    await gate.allArrived();
    await stand.owner.cancel(name);
    gate.open();
    await stand.untilAll([name], ['failed']);
  },
  'cancelled-natively': async (stand, name) => {
    await stand.submit(name, STAGING);
    await stand.untilAll([name], ['awaiting-approval']);
    await natively(name);
    await stand.untilAll([name], ['cancelled']);
  },
  'cancelled-before-a-worker-came': async (stand, name) => {
    const submission = await submissionOf(stand.prover(PEOPLE.owner), name, stand.request(name, DEV), 'early');
    await withTemporal(sharedPlatform().temporalAddress, (client) =>
      startAlone(client, stand.taskQueue, name, submission),
    );
    await natively(name);
    await stand.startWorker();
    await stand.untilAll([name], ['cancelled']);
  },
  'decided-by-signal': async (stand, name) => {
    await stand.submit(name, STAGING);
    await stand.untilAll([name], ['awaiting-approval']);
    const plan = await stand.owner.plan(name);
    if (plan === null) throw new Error(`${name} has no plan`);
    const { planDigest, changeDigest, incarnation } = plan;
    const claims = { planDigest, changeDigest, decision: 'approve' } as const;
    const sign = (namespace: string) => stand.prover(PEOPLE.lead)({ namespace, incarnation, ...claims });
    await stand.signalDecision(name, { ...claims, proof: await sign('another') });
    await stand.signalDecision(name, { ...claims, proof: await sign(name) });
    await stand.untilAll([name], ['ready']);
  },
  'undo-blocked': async (stand, name) => {
    ruleAt(stand.proxy, name, INFORMATION, { fault: { mode: 'fail-before', status: 403 } });
    const fault = ruleAt(
      stand.proxy,
      name,
      { verb: 'delete', resource: 'namespaces', name: '*' },
      { fault: { mode: 'fail-before', status: 403 } },
    );
    await stand.submit(name, DEV);
    await stand.untilAll([name], ['blocked']);
    fault.lift();
    await stand.untilAll([name], ['failed']);
  },
  'changed-and-undone': async (stand, name) => {
    await stand.submit(name, DEV);
    await stand.untilAll([name], ['ready']);
    await stand.owner.change(name, { ...stand.request(name, DEV), purpose: 'another' });
    await stand.untilOperation(name);
    const fault = ruleAt(stand.proxy, name, QUOTA, { fault: { mode: 'fail-before', status: 403 } });
    await stand.owner.change(name, { ...stand.request(name, DEV), quota: { 'limits.cpu': '3' } });
    await stand.untilOperation(name);
    fault.lift();
  },
  'change-decided-by-people': async (stand, name) => {
    await stand.submit(name, STAGING);
    await stand.untilAll([name], ['awaiting-approval']);
    await stand.lead.decide(name, { decision: 'approve' });
    await stand.untilAll([name], ['ready']);
    await stand.owner.change(name, { ...stand.request(name, STAGING), purpose: 'another' });
    await stand.lead.decide(name, { decision: 'reject', reason: 'not now' });
    await stand.owner.change(name, { ...stand.request(name, STAGING), purpose: 'yet another' });
    await stand.owner.cancel(name);
    await stand.owner.transfer(name, 'platform');
    await stand.lead.decide(name, { decision: 'approve' });
    await stand.owner.teardown(name);
    await stand.untilAll([name], ['deleted']);
  },
  'change-undo-blocked': async (stand, name) => {
    await stand.submit(name, DEV);
    await stand.untilAll([name], ['ready']);
    ruleAt(stand.proxy, name, INFORMATION, { fault: { mode: 'fail-before', status: 403 } });
    // What was not written is moved on by the undo, so that no late write of it lands.
    const fault = ruleAt(stand.proxy, name, INFORMATION_PATCH, { fault: { mode: 'fail-before', status: 403 } });
    await stand.owner.change(name, { ...stand.request(name, DEV), purpose: 'another' });
    await stand.untilAll([name], ['blocked']);
    fault.lift();
    await stand.untilOperation(name);
  },
  abandoned: async (stand, name) => {
    await stand.submit(name, DEV);
    await stand.untilAll([name], ['ready']);
    const fault = ruleAt(stand.proxy, name, BINDING, { fault: { mode: 'fail-before', status: 403 } });
    await stand.owner.teardown(name);
    await stand.untilAll([name], ['blocked']);
    const operator = stand.clientOf(PEOPLE.operator);
    await operator.retry(name);
    await operator.abandon(name, { reason: 'taken away by hand' });
    await operator.close();
    await stand.untilAll([name], ['abandoned']);
    fault.lift();
    await kubectl(stand.kube, 'delete', 'namespace', name);
  },
  'adopted-and-undone': async (stand, name) => {
    await kubectl(stand.kube, 'create', 'namespace', name);
    await kubectl(stand.kube, 'annotate', 'namespace', name, `${ANNOTATION.adoptAllow}=${name}`);
    ruleAt(stand.proxy, name, INFORMATION, { fault: { mode: 'fail-before', status: 403 } });
    await stand.owner.adopt(stand.request(name, DEV), { requestId: name });
    const operator = stand.clientOf(PEOPLE.operator);
    await operator.decide(name, { decision: 'approve' });
    await operator.close();
    await stand.untilAll([name], ['failed']);
    await kubectl(stand.kube, 'delete', 'namespace', name);
  },
  'recovered-while-deleted': async (stand, name) => {
    await stand.submit(name, DEV);
    await stand.untilAll([name], ['ready']);
    await withTemporal(sharedPlatform().temporalAddress, (client) =>
      client.workflow.getHandle(workflowId(name)).terminate('lost'),
    );
    await kubectl(stand.kube, 'delete', 'namespace', name, '--wait=false');
    const operator = stand.clientOf(PEOPLE.operator);
    await operator.recover(name);
    await operator.close();
    await stand.untilAll([name], ['deleted']);
  },
  recovered: async (stand, name) => {
    await stand.submit(name, DEV);
    await stand.untilAll([name], ['ready']);
    await withTemporal(sharedPlatform().temporalAddress, (client) =>
      client.workflow.getHandle(workflowId(name)).terminate('lost'),
    );
    const operator = stand.clientOf(PEOPLE.operator);
    await operator.recover(name);
    await operator.close();
    await stand.untilAll([name], ['ready']);
  },
  'blocked-then-deleted': async (stand, name) => {
    await stand.submit(name, DEV);
    await stand.untilAll([name], ['ready']);
    const fault = ruleAt(stand.proxy, name, BINDING, { fault: { mode: 'fail-before', status: 403 } });
    await stand.owner.teardown(name);
    await stand.untilAll([name], ['blocked']);
    fault.lift();
    await stand.untilAll([name], ['deleted']);
  },
};

/** A whole approval that nobody gives, with its reminder and its escalation, in minutes instead of days. */
const LAPSE = { remindAfterMinutes: 1, escalateAfterMinutes: 2, lapseAfterMinutes: 3 };

/** Fewer events than a provisioning has: the history is renewed as soon as the namespace is ready. */
const RENEWED = { continueAsNewAfterEvents: 20 };

interface Recording {
  stand?: StandOptions;
  /** Touches the whole installation: recorded when all the others are done. */
  alone?: true;
  act: Act;
}

const RECORDINGS: Record<string, Recording> = {
  ...Object.fromEntries(Object.entries(PATHS).map(([path, act]) => [path, { act }])),
  lapsed: { stand: { approvalMinutes: LAPSE }, act: lapse },
  'renewed-and-deleted': { stand: { timing: RENEWED }, act: live },
  'paused-and-resumed': { alone: true, act: pausedTwice },
};

export const RECORDED_PATHS = [...Object.keys(RECORDINGS), ...Object.keys(REACH_RECORDINGS)];

async function lapse(stand: Stand, name: string): Promise<void> {
  await stand.submit(name, STAGING);
  await stand.untilAll([name], ['awaiting-approval']);
  await new Promise((resolve) => setTimeout(resolve, LAPSE.lapseAfterMinutes * 60_000));
  await stand.untilAll([name], ['lapsed']);
}

async function live(stand: Stand, name: string): Promise<void> {
  await stand.submit(name, DEV);
  await stand.untilAll([name], ['ready']);
  await stand.owner.teardown(name);
  await stand.untilAll([name], ['deleted']);
}

/** Once on the way up and once on the way down. */
async function pausedTwice(stand: Stand, name: string): Promise<void> {
  const { kubeconfig } = sharedPlatform();
  const paused = async (): Promise<void> => {
    while ((await stand.owner.status(name)).paused === undefined) await new Promise((next) => setTimeout(next, 100));
  };
  await pause({ kubeconfig, reason: 'for the record' });
  await stand.submit(name, DEV);
  await paused();
  await resume({ kubeconfig });
  await stand.untilAll([name], ['ready']);
  await pause({ kubeconfig, reason: 'for the record' });
  await stand.owner.teardown(name);
  await paused();
  await resume({ kubeconfig });
  await stand.untilAll([name], ['deleted']);
}

/** `env`: of the workers, such as the bundle of another build. */
export async function recordHistories(
  address: string,
  paths: readonly string[],
  env: Record<string, string> = {},
): Promise<Record<string, string>> {
  const alone = paths.filter((path) => RECORDINGS[path]?.alone);
  const together = paths.filter((path) => !alone.includes(path));
  const histories = await Promise.all(together.map((path) => record(path, address, env)));
  for (const path of alone) histories.push(await record(path, address, env));
  return Object.fromEntries(histories);
}

async function record(path: string, address: string, env: Record<string, string>): Promise<[string, string]> {
  const recording = await (REACH_RECORDINGS[path] ?? opened)(`rec-${path}`, path, address);
  const { stand, workflowId: id } = recording;
  try {
    // The one path that begins before a worker is there starts its own.
    if (path !== 'cancelled-before-a-worker-came') await stand.startWorker(env);
    await recording.act();
    const history = await withTemporal(recording.address, (client) => client.workflow.getHandle(id).fetchHistory());
    return [path, JSON.stringify({ workflowId: id, history: JSON.parse(historyToJSON(history), anonymous) })];
  } finally {
    await recording.close();
  }
}

async function opened(name: string, path: string, address: string): Promise<OpenedRecording> {
  const { stand: options, act } = RECORDINGS[path] ?? {};
  const stand = await openStand(options);
  return {
    ...{ stand, address, workflowId: workflowId(name) },
    act: async () => act?.(stand, name),
    close: () => stand.close(),
  };
}

/** Who recorded it and where is nobody's business, and would differ at each recording. */
function anonymous(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return '';
  return typeof value === 'string' && /^\d+@/.test(value) ? 'recorded' : value;
}
