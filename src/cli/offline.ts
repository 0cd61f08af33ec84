// `naas plan --offline`: the plan of a request from the local catalog alone. Nothing is compared, so everything counts as
// new, and no guardrail that needs a sender or a cluster is asked; the digest of the plan is the real one all the same.
// The consent of another team whose namespace may connect is not among the approvals: who owns it, only the cluster knows.
import type { Sender } from '../spec/approval.ts';
import { approvalPolicy } from '../spec/approval-rules.ts';
import { NaasError } from '../spec/errors.ts';
import { byStage, refOf } from '../spec/inventory.ts';
import type { NamespaceRequest } from '../spec/request.ts';
import { resolve } from '../spec/resolve.ts';
import { readCatalogAt } from './catalog-in-front.ts';
import type { ShownPreview } from './packed.ts';

export interface OfflineOptions {
  catalogDir: string;
  cluster: string;
  sender: Sender;
}

export async function previewOffline(request: NamespaceRequest, options: OfflineOptions): Promise<ShownPreview> {
  const { changeDigest, plan, planDigest } = await import('../plan/index.ts');
  try {
    const { cluster } = options;
    const catalog = readCatalogAt(options.catalogDir);
    const spec = resolve(request, catalog, { cluster });
    const planned = plan(spec);
    const { rule, slots } = approvalPolicy(spec, options.sender, {}, catalog);
    const changes = planned.resources.map(({ object }) => ({
      verb: 'create' as const,
      ref: refOf(cluster, object),
      fields: [],
    }));
    return {
      problems: [],
      plan: {
        kind: 'request',
        planDigest: planDigest(planned),
        changeDigest: changeDigest(changes),
        changes,
        stages: byStage(planned.resources, (staged) => staged.map(({ object }) => object)),
      },
      approval: { rule, awaits: slots.map(({ slot, why, users, groups }) => ({ slot, why, users, groups })) },
    };
  } catch (error) {
    if (error instanceof NaasError) return { problems: error.problems, plan: null, approval: null };
    throw error;
  }
}
