// `naas approvals`: the inbox of one person.
import { type Context, print, printJson } from '../context.ts';
import { unpacked } from '../packed.ts';
import { renderApprovals } from '../render-approvals.ts';
import { requireIdentity, withClient } from '../session.ts';

export async function approvals(context: Context): Promise<number> {
  const viewer = requireIdentity(context);
  return withClient(context, async (client) => {
    const items = await client.approvals(viewer);
    const { terminal } = context;
    if (context.globals.json === true)
      printJson(
        context,
        items.map((item) => ({ ...item, plan: item.plan === null ? null : unpacked(item.plan) })),
      );
    else print(context, renderApprovals(items, viewer, terminal.nowMs(), terminal.paint));
    return 0;
  });
}
