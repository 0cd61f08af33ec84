// What a file of system tests left living goes when the file is over, marked, so that no later file takes it for its own and
// no doctor for an orphan: runs are ended at once, namespaces take the seconds that Kubernetes gives them.
import { LABEL, LIFECYCLE_WORKFLOW } from '../../src/spec/names.ts';
import { kubectl, LEFT_OVER } from './cluster-snapshot.ts';
import { sharedPlatform } from './platform.ts';
import { withTemporal } from './runs.ts';

export async function leaveNothing(): Promise<void> {
  const { kubectl: binary, kubeconfig, temporalAddress } = sharedPlatform();
  const kube = { binary, first: [], kubeconfig };
  await withTemporal(temporalAddress, async (client) => {
    const query = `WorkflowType = '${LIFECYCLE_WORKFLOW}' AND ExecutionStatus = 'Running'`;
    for await (const { workflowId, runId } of client.workflow.list({ query }))
      await client.workflow
        .getHandle(workflowId, runId)
        .terminate('the test that began it is over')
        // It ended by itself meanwhile.
        .catch(() => undefined);
  });
  const ours = ['-l', `${LABEL.incarnation},!${LEFT_OVER}`];
  if ((await kubectl(kube, 'get', 'namespaces', ...ours, '-o', 'name')) === '') return;
  await kubectl(kube, 'label', 'namespaces', ...ours, `${LEFT_OVER}=true`);
  await kubectl(kube, 'delete', 'namespaces', '-l', LEFT_OVER, '--wait=false');
}
