// `naas plan`: what a request would do, against the live state or, offline, against an empty cluster.
import { ERRORS } from '../../spec/errors.ts';
import type { PreviewAnswer } from '../answers.ts';
import { type Context, print, printJson, say } from '../context.ts';
import { objectsOf, unpacked } from '../packed.ts';
import { renderProblem } from '../render-error.ts';
import { renderPreview } from '../render-plan.ts';
import { readRequest } from '../request-file.ts';
import { withClient } from '../session.ts';

export interface PlanOptions {
  file: string;
  yaml?: boolean;
  offline?: boolean;
}

export async function plan(context: Context, options: PlanOptions): Promise<number> {
  const request = await readRequest(context, options.file);
  if (options.offline === true) {
    const { previewOffline } = await import('../offline.ts');
    say(context, 'offline: rendered from the local catalog; compared with no cluster, and no rule on people was asked');
    return show(context, options, await previewOffline(request));
  }
  return withClient(context, async (client) => show(context, options, await client.preview(request)));
}

async function show(context: Context, options: PlanOptions, answer: PreviewAnswer): Promise<number> {
  const { terminal, globals } = context;
  const objects = answer.plan === null ? [] : objectsOf(answer.plan);
  const exit =
    answer.problems.length === 0 ? 0 : Math.max(...answer.problems.map((problem) => ERRORS[problem.code].exit));
  if (globals.json === true) {
    printJson(context, { ...answer, plan: answer.plan === null ? null : unpacked(answer.plan) });
  } else if (options.yaml === true) {
    const { toYaml } = await import('../../plan/yaml.ts');
    terminal.stdout(toYaml(objects));
    for (const line of answer.problems.flatMap((problem) => renderProblem(problem, terminal.paint))) say(context, line);
  } else {
    print(context, renderPreview(answer, objects, terminal.paint));
  }
  return exit;
}
