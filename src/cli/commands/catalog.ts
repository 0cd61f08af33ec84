// `naas catalog diff`: which living namespaces the catalog in front of the user would touch, and how. Sends nothing.
import { catalogInFront } from '../catalog-in-front.ts';
import { type Context, print, printJson } from '../context.ts';
import { countBlocked, livingNamespaces, lookAtAll } from '../living.ts';
import { gravestOf } from '../many.ts';
import { renderCatalog, sumOf } from '../render-catalog.ts';
import { withClient } from '../session.ts';

export async function diff(context: Context, options: { team?: string; catalog?: string }): Promise<number> {
  const catalog = await catalogInFront(context, options.catalog);
  return withClient(context, async (client) => {
    const rows = await livingNamespaces(client);
    const chosen = rows.filter(({ team }) => options.team === undefined || team === options.team);
    const [looked, blocked] = await Promise.all([
      lookAtAll(client, chosen, catalog),
      countBlocked(client, options.team),
    ]);
    if (context.globals.json === true) printJson(context, { ...sumOf(looked), blocked, namespaces: looked });
    else print(context, renderCatalog(looked, blocked, context.terminal.paint));
    return gravestOf(looked);
  });
}
