// The objects of each gateway case as YAML, one file a case. To accept a change: UPDATE_GOLDEN=1 npx vitest run test/plan
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gatewayObjects } from '../../src/plan/gateway.ts';
import { allowingPolicies } from '../../src/plan/network.ts';
import { toYaml } from '../../src/plan/yaml.ts';
import { gatewayProblems } from '../../src/spec/gateway-problems.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import { GATEWAY_CASES } from '../support/gateway-cases.ts';
import { LEAST_REQUEST } from '../support/least-request.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';

const FOLDER = new URL('./golden-gateway/', import.meta.url);
const spec = resolve(parseRequest(LEAST_REQUEST), shippedCatalog(), { cluster: 'local' });

/** Of a namespace without hostnames. */
const usual = new Set(allowingPolicies(spec).map(({ metadata }) => metadata.name));

describe('the objects of a gateway', () => {
  it.each(Object.entries(GATEWAY_CASES))('of %s are as its golden file says', (name, gateway) => {
    expect(gatewayProblems(gateway)).toEqual([]);
    const file = new URL(`${name}.yaml`, FOLDER);
    const policies = allowingPolicies({ ...spec, reach: { gateway, names: [] } });
    const more = policies.filter(({ metadata }) => !usual.has(metadata.name));
    const rendered = toYaml([...more, ...gatewayObjects(spec, gateway)]);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, rendered);
    expect(existsSync(file), `${name}.yaml is missing; run with UPDATE_GOLDEN=1`).toBe(true);
    expect(rendered).toBe(readFileSync(file, 'utf8'));
  });

  it('have no golden file without a case', () => {
    const files = globSync('*.yaml', { cwd: FOLDER }).map((file) => basename(file, '.yaml'));
    expect(files.sort()).toEqual(Object.keys(GATEWAY_CASES).sort());
  });
});
