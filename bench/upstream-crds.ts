// Puts the definitions of a real cluster's projects into the API server: what kubectl has to read before it can apply
// anything, and what the API server carries. Waits until they are served.
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { kubectlOf } from './kubectl.ts';
import type { Stand } from './stand.ts';

/** Answers how many there are. */
export async function installUpstreamCrds(stand: Stand, file: string, signal: AbortSignal): Promise<number> {
  const count = (await readFile(file, 'utf8')).match(/^kind: CustomResourceDefinition$/gm)?.length ?? 0;
  const kubectl = kubectlOf(stand, stand.platform.kubeconfig);
  await kubectl(['apply', '--server-side', '-f', file], signal);
  await kubectl(['wait', '--for=condition=Established', 'customresourcedefinitions', '--all', '--timeout=60s'], signal);
  // The API server folds them into its OpenAPI document for a while; what is measured meanwhile is slower than it will be.
  await setTimeout(5_000, undefined, { signal });
  return count;
}
