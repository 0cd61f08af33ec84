// `naas quota`: shows what a namespace may use, or changes single keys of it: the request that holds, edited and sent again.
import type { NaasClient } from '../../client/api.ts';
import { type Context, print, printJson } from '../context.ts';
import { type HeldRequest, heldRequest } from '../held-request.ts';
import { conclude, type OperationOptions, sent } from '../operation-options.ts';
import { objectsOf, unpacked } from '../packed.ts';
import { editedQuota, quotaRows } from '../quota-rows.ts';
import { requireIdentity, withClient } from '../session.ts';
import { columns } from '../table.ts';

export async function quota(
  context: Context,
  name: string,
  assignments: readonly string[],
  options: OperationOptions,
): Promise<number> {
  if (assignments.length === 0) return withClient(context, (client) => show(context, client, name));
  requireIdentity(context);
  const edit = editedQuota(assignments);
  return withClient(context, async (client) => {
    const { request, planDigest } = await heldRequest(client, name);
    const { quota: _quota, ...rest } = request;
    const edited = edit(request.quota ?? {});
    const wanted = Object.keys(edited).length === 0 ? rest : { ...rest, quota: edited };
    const answer = await client.change(name, wanted, { ...sent(options), basedOn: planDigest });
    return conclude(context, client, answer, options);
  });
}

async function show(context: Context, client: NaasClient, name: string): Promise<number> {
  const [{ request }, plan]: [HeldRequest, Awaited<ReturnType<NaasClient['plan']>>] = await Promise.all([
    heldRequest(client, name),
    client.plan(name),
  ]);
  const rows = plan === null ? [] : quotaRows(request.quota ?? {}, plan, objectsOf(unpacked(plan)));
  if (context.globals.json === true) {
    printJson(context, { name, tier: request.tier, quota: rows });
    return 0;
  }
  const { paint } = context.terminal;
  const coming = rows.some(({ wanted }) => wanted !== undefined);
  const head = ['KEY', 'NOW', ...(coming ? [`AFTER THE ${plan?.kind.toUpperCase()}`] : []), 'FROM'];
  print(context, [
    ...columns([
      head.map((title) => paint('dim', title)),
      ...rows.map(({ key, now, wanted, from }) => [
        key,
        now ?? 'none',
        ...(coming ? [wanted ?? ''] : []),
        from === 'request' ? 'the request' : paint('dim', `tier ${request.tier}`),
      ]),
    ]),
    '',
    `What is in use: ${paint('cyan', `kubectl -n ${name} describe resourcequota naas-quota`)}`,
  ]);
  return 0;
}
