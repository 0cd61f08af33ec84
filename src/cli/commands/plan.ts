// `naas plan`: what a request would do, against the live state or, offline, against an empty cluster.
import { fileURLToPath } from 'node:url';
import { ERRORS } from '../../spec/errors.ts';
import type { NamespaceRequest } from '../../spec/request.ts';
import { catalogDirOf } from '../catalog-in-front.ts';
import { type Context, print, printJson, say } from '../context.ts';
import { objectsOf, type ShownPreview, unpackedPreview } from '../packed.ts';
import { renderProblem } from '../render-error.ts';
import { renderPreview } from '../render-plan.ts';
import { readRequest } from '../request-file.ts';
import { identity, withClient } from '../session.ts';

export interface PlanOptions {
  file: string;
  yaml?: boolean;
  offline?: boolean;
  catalog?: string;
}

export async function plan(context: Context, options: PlanOptions): Promise<number> {
  const request = await readRequest(context, options.file);
  if (options.offline === true) return show(context, options, await offline(context, request, options.catalog));
  return withClient(context, async (client) => show(context, options, unpackedPreview(await client.preview(request))));
}

async function offline(context: Context, request: NamespaceRequest, catalog?: string): Promise<ShownPreview> {
  const { env } = context.terminal;
  const { previewOffline } = await import('../offline.ts');
  say(context, 'Offline: rendered from the local catalog, compared with no cluster.');
  const viewer = identity(context);
  return previewOffline(request, {
    catalogDir: (await catalogDirOf(context, catalog)) ?? SHIPPED_CATALOG,
    cluster: env['NAAS_CLUSTER'] ?? 'local',
    sender: { subject: viewer?.user ?? 'you', groups: viewer?.groups ?? [] },
  });
}

const SHIPPED_CATALOG = fileURLToPath(new URL('../../../catalog', import.meta.url));

async function show(context: Context, options: PlanOptions, preview: ShownPreview): Promise<number> {
  const { terminal, globals } = context;
  const objects = preview.plan === null ? [] : objectsOf(preview.plan);
  if (globals.json === true) {
    printJson(context, preview);
  } else if (options.yaml === true) {
    const { toYaml } = await import('../../plan/yaml.ts');
    terminal.stdout(toYaml(objects));
    for (const line of preview.problems.flatMap((problem) => renderProblem(problem, terminal.paint)))
      say(context, line);
  } else {
    print(context, renderPreview(preview, objects, terminal.paint));
  }
  const [first] = preview.problems;
  return first === undefined ? 0 : ERRORS[first.code].exit;
}
