// Whose a finalizer is, by its name. Pure.

/** Kubernetes' own (a volume in use, a job's bookkeeping, cascades) go when the pods are gone; others wait for somebody. */
export function isKubernetesOwn(finalizer: string): boolean {
  const domain = finalizer.split('/')[0] ?? '';
  return (
    !finalizer.includes('/') ||
    domain === 'kubernetes.io' ||
    domain.endsWith('.kubernetes.io') ||
    domain.endsWith('.k8s.io')
  );
}
