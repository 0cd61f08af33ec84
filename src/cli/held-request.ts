// The request that a living namespace holds, read to be edited and sent again. It changes and sends nothing.
import type { NaasClient } from '../client/api.ts';
import { NaasError } from '../spec/errors.ts';
import type { NamespaceRequest } from '../spec/request.ts';

export interface HeldRequest {
  request: NamespaceRequest;
  /** Of the plan that is applied: what an edit of the request is based on. */
  planDigest: string;
}

export async function heldRequest(client: NaasClient, name: string): Promise<HeldRequest> {
  const [held, { parseRequest }] = await Promise.all([client.request(name), import('../spec/request.ts')]);
  if (held !== null) return { request: parseRequest(held.request), planDigest: held.planDigest };
  throw new NaasError({
    code: 'StillInProgress',
    message: `namespace ${name} was not admitted yet, so there is no request to change; look at it with \`naas status ${name}\``,
  });
}
