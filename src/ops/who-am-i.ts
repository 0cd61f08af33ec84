// The account of a kubeconfig, as the API server itself calls it: what a person says of themselves is not asked.
import type { CallOptions } from '../activities/cluster.ts';
import type { KubernetesCluster } from '../providers/kubernetes/index.ts';
import { said } from './doctor-check.ts';

export async function whoAmI(cluster: KubernetesCluster, call: CallOptions): Promise<string> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  try {
    const answer = await cluster.ask('/apis/authentication.k8s.io/v1/selfsubjectreviews', review, call);
    return (answer['status'] as { userInfo?: { username?: string } } | undefined)?.userInfo?.username ?? 'unknown';
  } catch (error) {
    return `unknown (${said(error)})`;
  }
}
