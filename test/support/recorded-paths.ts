// The paths whose histories are kept for the replay gate, and how each comes about on the real servers.
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { workflowId } from '../../src/spec/names.ts';
import { ruleAt } from './effects-table.ts';
import { withTemporal } from './runs.ts';
import { DEV, openStand, STAGING, type Stand } from './scenario.ts';

const NAMESPACE = { verb: 'create', resource: 'namespaces', name: '*' } as const;
const BINDING = { verb: 'delete', resource: 'rolebindings', name: 'naas-developers' } as const;

type Act = (stand: Stand, name: string) => Promise<void>;

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
    ruleAt(
      stand.proxy,
      name,
      { verb: 'apply', resource: 'configmaps', name: 'naas-information' },
      { fault: { mode: 'fail-before', status: 403 } },
    );
    await stand.submit(name, DEV);
    await stand.untilAll([name], ['failed']);
  },
  'claim-refused': async (stand, name) => {
    ruleAt(stand.proxy, name, NAMESPACE, { fault: { mode: 'fail-before', status: 403 } });
    await stand.submit(name, DEV);
    await stand.untilAll([name], ['failed']);
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

export const RECORDED_PATHS = Object.keys(PATHS);

export async function recordHistories(address: string): Promise<Record<string, string>> {
  const stand = await openStand();
  try {
    await stand.startWorker();
    const recorded = await Promise.all(
      Object.entries(PATHS).map(async ([path, act]) => {
        const name = `rec-${path}`;
        await act(stand, name);
        const history = await withTemporal(address, (client) =>
          client.workflow.getHandle(workflowId(name)).fetchHistory(),
        );
        return [
          path,
          JSON.stringify({ workflowId: workflowId(name), history: JSON.parse(historyToJSON(history), anonymous) }),
        ] as const;
      }),
    );
    return Object.fromEntries(recorded);
  } finally {
    await stand.close();
  }
}

/** Who recorded it and where is nobody's business, and would differ at each recording. */
function anonymous(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^\d+@/.test(value) ? 'recorded' : value;
}
