// The whole plan of each case as YAML, one file a case. To accept a change: UPDATE_GOLDEN=1 npx vitest run test/plan
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plan } from '../../src/plan/index.ts';
import { toYaml } from '../../src/plan/yaml.ts';
import { parseRequest, parseRequestText } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import { LEAST_REQUEST } from '../support/least-request.ts';
import { exampleText, shippedCatalog } from '../support/shipped-catalog.ts';

const FOLDER = new URL('./golden/', import.meta.url);
const catalog = shippedCatalog();

const example = (name: string) => parseRequestText(exampleText(name), name);

const CASES = {
  'example-shop-cart-dev': example('shop-cart-dev'),
  'example-shop-cart-staging': example('shop-cart-staging'),
  'example-payments-ledger-prod': example('payments-ledger-prod'),
  'nobody-has-access': parseRequest(LEAST_REQUEST),
  isolated: parseRequest({ ...LEAST_REQUEST, network: { profile: 'isolated' } }),
  'open-egress': parseRequest({ ...LEAST_REQUEST, network: { profile: 'open-egress' } }),
  'ingress-from-other-namespaces': parseRequest({
    ...LEAST_REQUEST,
    network: {
      ingressFrom: [{ namespace: 'payments-ledger-dev', team: 'payments' }, { namespace: 'shop-search-dev' }],
    },
  }),
  'egress-to-two-networks': parseRequest({
    ...LEAST_REQUEST,
    network: {
      egressTo: [
        { namespace: 'payments-ledger-prod', ports: [{ protocol: 'TCP', port: 8443 }] },
        { cidr: '2001:db8:1::/48', ports: [{ port: 443 }] },
        { cidr: '10.20.0.0/24', ports: [{ protocol: 'UDP', port: 514 }, { port: 5432 }] },
        { cidr: '10.20.0.0/24', ports: [{ port: 5432 }] },
      ],
    },
  }),
  'text-that-yaml-could-misread': parseRequest({
    ...LEAST_REQUEST,
    purpose: 'yes',
    costCentre: '0o17',
    labels: { 'example.com/on': 'true' },
    annotations: { 'example.com/note': 'a: #b' },
  }),
};

describe('the plan', () => {
  it.each(Object.entries(CASES))('of %s is as its golden file says', (name, request) => {
    const file = new URL(`${name}.yaml`, FOLDER);
    const { resources } = plan(resolve(request, catalog, { cluster: 'local' }));
    const rendered = resources.map(({ stage, object }) => `# stage: ${stage}\n${toYaml([object])}`).join('');
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, rendered);
    expect(existsSync(file), `${name}.yaml is missing; run with UPDATE_GOLDEN=1`).toBe(true);
    expect(rendered).toBe(readFileSync(file, 'utf8'));
  });

  it('has no golden file without a case', () => {
    const files = globSync('*.yaml', { cwd: FOLDER }).map((file) => basename(file, '.yaml'));
    expect(files.sort()).toEqual(Object.keys(CASES).sort());
  });
});
