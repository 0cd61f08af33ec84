// An API server that has just started refuses everybody, in the very words of a missing right, until it has read its roles.
// Here such a refusal is told from a right that is really missing: by asking the server whether we hold it.
import { NaasError } from '../../spec/errors.ts';
import { type CallOptions, isJson } from './object.ts';
import type { HttpAnswer, Transport } from './transport.ts';

interface Right {
  verb: string;
  resource: string;
  group: string;
  namespace: string;
  name: string;
}

export function patientWithColdStarts(transport: Transport): Transport {
  return {
    ...transport,
    async send(call, options) {
      const answer = await transport.send(call, options);
      // With headers of its own a call speaks for somebody else, whose rights are what it asks about.
      const refused = call.headers === undefined ? refusedRight(answer) : undefined;
      if (refused === undefined || !(await isOurs(transport, refused, options))) return answer;
      throw new NaasError({
        code: 'Unavailable',
        message:
          `${call.what} at ${transport.server} was refused (403) for want of a right that the server grants: it has ` +
          'probably just started and not read its roles yet. naas tries again by itself.',
      });
    },
  };
}

const REFUSED =
  /User "[^"]*" cannot (?<verb>\w+) resource "(?<resource>[^"]+)" in API group "(?<group>[^"]*)"(?: in the namespace "(?<namespace>[^"]+)")?/;

/** The right that the server's authorizer missed; admission policies and quotas speak otherwise. */
function refusedRight({ status, body }: HttpAnswer): Right | undefined {
  if (status !== 403 || !isJson(body) || typeof body['message'] !== 'string') return undefined;
  const words = REFUSED.exec(body['message'])?.groups;
  if (words === undefined) return undefined;
  const { verb = '', resource = '', group = '', namespace = '' } = words;
  const name = isJson(body['details']) ? body['details']['name'] : undefined;
  return { verb, resource, group, namespace, name: typeof name === 'string' ? name : '' };
}

/** Everybody may ask this about themselves; a server that refuses even that has read no roles at all. */
async function isOurs(transport: Transport, right: Right, options: CallOptions): Promise<boolean> {
  const { verb, group, namespace, name } = right;
  const [resource = '', subresource = ''] = right.resource.split('/');
  const answer = await transport.send(
    {
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb, group, resource, subresource, namespace, name } },
      },
      what: `review of the right to ${verb} ${right.resource}`,
    },
    options,
  );
  if (answer.status === 403) return true;
  const { body } = answer;
  return isJson(body) && isJson(body['status']) && body['status']['allowed'] === true;
}
