// What waits for somebody's decision: found by search attributes, looked at one by one. It decides nothing.
import { awaitsGroup, awaitsUser, namespaceOf } from '../spec/names.ts';
import type { InboxItem, NaasClient } from './api.ts';
import { spellings } from './proven.ts';
import { visibilityQuery } from './records.ts';
import { listed, type Temporal } from './temporal.ts';

export async function inboxOf(
  client: Pick<NaasClient, 'status' | 'plan' | 'request'>,
  temporal: () => Promise<Temporal>,
  { user, groups }: Parameters<NaasClient['approvals']>[0],
  deadlineMs: number,
): Promise<InboxItem[]> {
  const t = await temporal();
  const tokens = [...(await spellings([user])).map(awaitsUser), ...(await spellings(groups)).map(awaitsGroup)];
  if (tokens.length === 0) return [];
  const items: InboxItem[] = [];
  const waiting = visibilityQuery({ awaits: tokens });
  for await (const run of listed(t, { what: 'the list of what waits', deadlineMs }, waiting)) {
    const name = namespaceOf(run.workflowId);
    if (name === undefined) continue;
    // Visibility lags a little: only what still waits belongs in an inbox. One that cannot be read hides no other.
    const status = await client.status(name).catch(() => undefined);
    if (status?.phase !== 'awaiting-approval' && status?.operation?.step !== 'awaiting-approval') continue;
    const [plan, request] = await Promise.all([
      client.plan(name).catch(() => null),
      client.request(name).catch(() => null),
    ]);
    items.push({ name, status, plan, request });
  }
  return items;
}
