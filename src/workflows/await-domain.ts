// Names below a domain of the team's own: nothing is made before the domain is proven, and nothing is done here but to wait. Anybody
// may knock; what counts is what the domain's own run says when it is asked.
import { condition, getExternalWorkflowHandle, isCancellation, setCurrentDetails } from '@temporalio/workflow';
import type { DomainName } from '../activities/survey-domains.ts';
import { domainWorkflowId } from '../spec/names.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import { reading } from './activities.ts';
import { detailsOf } from './describe.ts';
import { domainWantedSignal } from './domain-contract.ts';
import { note, now, type Run } from './run.ts';

export function domainNamesOf({ reach }: NamespaceSpec): DomainName[] {
  return (reach?.names ?? []).flatMap(({ name, domain }) => (domain === undefined ? [] : [{ name, domain }]));
}

/** Throws, with nothing to undo, when a name is covered by no domain of the team any more. */
export async function awaitDomains(run: Run, spec: NamespaceSpec): Promise<void> {
  const { team } = spec;
  const names = domainNamesOf(spec);
  if (names.length === 0) return;
  const { state } = run;
  const { requireCover } = reading(`Look whether team ${team} holds the domains of ${run.name}`);
  const told = new Set<string>();
  try {
    for (;;) {
      delete state.domainMoved;
      const { open } = await requireCover({ team, names });
      if (open.length === 0) return;
      show(run, open);
      const fresh = open.filter(({ name }) => !told.has(name));
      for (const { name } of fresh) told.add(name);
      const heard = await Promise.all(fresh.map((each) => askToBeTold(run, team, each)));
      if (heard.every((each) => each)) await condition(() => state.domainMoved === true);
    }
  } finally {
    delete state.awaitsDomains;
  }
}

/**
 * Once more when the names are claimed: whoever takes a domain away from now on finds them in the list, and says so; whoever did it
 * in between is seen here.
 */
export async function confirmDomains(run: Run, spec: NamespaceSpec): Promise<void> {
  const names = domainNamesOf(spec);
  if (names.length === 0) return;
  const { requireCover } = reading(`Look once more whether team ${spec.team} holds the domains of ${run.name}`);
  await requireCover({ team: spec.team, names, proven: true });
}

function show(run: Run, open: readonly DomainName[]): void {
  const { state } = run;
  const domains = [...new Set(open.map(({ domain }) => domain))];
  if (state.awaitsDomains === undefined)
    note(run, { kind: 'notice', text: `waits for the proof of ${domains.join(', ')}` });
  state.awaitsDomains = { domains, since: state.awaitsDomains?.since ?? now() };
  setCurrentDetails(detailsOf(run.name, state));
}

/** What has moved since it was looked the domain's run tells at once. false: it is over, as the next look will show. */
async function askToBeTold({ name: namespace }: Run, team: string, { name, domain }: DomainName): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(domainWorkflowId(domain)).signal(domainWantedSignal, { namespace, name, team });
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
}
