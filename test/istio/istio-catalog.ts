// The shipped catalog for a cluster whose gateway is Istio: another way of routing hostnames, and no certificates, because
// nobody here issues any. Everything else of it stays as it is shipped.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { GatewayMode } from '../../src/spec/gateway-spec.ts';
import { hurriedCatalog } from '../support/scenario-catalog.ts';
import { ISTIO_CLASS } from './istiod.ts';

/** A Service in the gateway's namespace: the Gateway's address and, in mode istio-classic, that of every name. */
export const INGRESS = 'ingress';
export const SHARED = { namespace: 'gateway-system', name: 'shared' };
export const SELECTOR = { istio: 'ingressgateway' };

/** Answers the folder. */
export async function istioCatalog(from: string, to: string, mode: GatewayMode): Promise<string> {
  await hurriedCatalog(from, to);
  await edit(join(to, 'platform.yaml'), {
    gateway: {
      modes: [mode],
      name: SHARED.name,
      sections: { http: 'http' },
      className: ISTIO_CLASS,
      controlPlane: 'istio-system',
      istioVersion: '1.31',
      istio: { selector: SELECTOR, service: INGRESS },
      tls: 'none',
    },
  });
  // A Gateway of its own is a load balancer; what it opens on the nodes is counted, too.
  await edit(join(to, 'tiers', 'dev.yaml'), {
    quota: { 'services.loadbalancers': '1', 'services.nodeports': '5' },
    quotaOverrides: { 'services.loadbalancers': { minimum: '0', maximum: '1' } },
  });
  // What rests in the list of names is a proof of its own.
  await edit(join(to, 'zones.yaml'), { 'naas.test': { quarantineMinutes: 0 } });
  return to;
}

async function edit(file: string, changes: Record<string, Record<string, unknown>>): Promise<void> {
  const document = parseDocument(await readFile(file, 'utf8'));
  for (const [key, fields] of Object.entries(changes)) {
    if (key === 'gateway') document.set(key, fields);
    else for (const [field, value] of Object.entries(fields)) document.setIn([key, field], value);
  }
  await writeFile(file, document.toString());
}
