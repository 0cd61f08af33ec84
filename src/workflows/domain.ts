// The life of a registrable domain: who holds what of it, proven in its DNS, for as long as anybody does. The story; what a message
// does stands in domain-messages.ts, and how a proof is waited for in domain-proof.ts.
import { allHandlersFinished, CancellationScope, condition, workflowInfo } from '@temporalio/workflow';
import type { DomainStatus } from '../spec/domain-status.ts';
import { domainOfId } from '../spec/names.ts';
import { tellHolders } from './domain-holders.ts';
import { handleDomainMessages } from './domain-messages.ts';
import { type DomainRun, note, statusOf } from './domain-run.ts';
import { refusal } from './run.ts';

/** Whoever starts a run sends the message beside it: a start alone is nobody's registration. */
const OPENS_WITHIN_MS = 10 * 60_000;

export async function domainLifecycle(): Promise<DomainStatus> {
  const { workflowId, startTime } = workflowInfo();
  const domain = domainOfId(workflowId);
  if (domain === undefined) {
    const message = `a domain starts as "domain:NAME"; this one is "${workflowId}"`;
    throw refusal({ code: 'InvalidRequest', message });
  }
  const run: DomainRun = {
    domain,
    openedAt: startTime.toISOString(),
    holdings: [],
    timeline: [],
    nonces: [],
    wanted: [],
    waits: new Map(),
    ticked: new Set(),
    handovers: new Map(),
    knocking: 0,
    lost: false,
    telling: false,
    tended: 0,
    heard: false,
    tokens: '',
  };
  handleDomainMessages(run);
  // Whose domain it is no operator of Temporal decides: `remove` gives one up.
  CancellationScope.current().cancelRequested.catch(() =>
    note(run, { kind: 'message', text: 'a cancel through Temporal has no effect; remove what is held' }),
  );
  return CancellationScope.nonCancellable(async () => {
    void tellHolders(run);
    await condition(() => run.heard, OPENS_WITHIN_MS);
    await condition(() => isIdle(run) && allHandlersFinished());
    return statusOf(run);
  });
}

function isIdle({ tended, lost, telling, knocking }: DomainRun): boolean {
  return tended === 0 && !lost && !telling && knocking === 0;
}
