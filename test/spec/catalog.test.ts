// The catalog: the shipped one is right and carries the document's numbers; a wrong one is told of all its problems.
import { describe, expect, it } from 'vitest';
import { type CatalogFile, parseCatalog } from '../../src/spec/catalog.ts';
import { NaasError } from '../../src/spec/errors.ts';
import { shippedCatalog, shippedFiles } from '../support/shipped-catalog.ts';

function messages(files: CatalogFile[]): string[] {
  try {
    parseCatalog(files);
  } catch (error) {
    if (error instanceof NaasError) return error.problems.map((problem) => problem.message);
    throw error;
  }
  return [];
}

function edited(path: string, from: string, to: string): CatalogFile[] {
  return shippedFiles().map((file) => {
    if (!file.path.endsWith(path)) return file;
    if (!file.text.includes(from)) throw new Error(`${path} does not hold ${from}`);
    return { path: file.path, text: file.text.replace(from, to) };
  });
}

describe('the shipped catalog', () => {
  const catalog = shippedCatalog();

  it.each([
    ['dev', '2', '4Gi', '20Gi', '5', '0', '100'],
    ['staging', '4', '8Gi', '50Gi', '10', '1', '300'],
    ['prod', '8', '16Gi', '100Gi', '20', '3', '1000'],
  ])('tier %s has the numbers of the document', (name, cpu, memory, storage, claims, balancers, cost) => {
    const tier = catalog.tiers[name];
    expect(tier?.quota).toMatchObject({
      'limits.cpu': cpu,
      'limits.memory': memory,
      'requests.storage': storage,
      persistentvolumeclaims: claims,
      'services.loadbalancers': balancers,
    });
    expect(tier?.monthlyCostLimit).toEqual({ amount: cost, currency: 'GBP' });
    expect(tier?.limits).toEqual({
      default: { cpu: '500m', memory: '512Mi' },
      defaultRequest: { cpu: '100m', memory: '128Mi' },
    });
  });

  it('says in the head of each file what it is and how to add one', () => {
    for (const { path, text } of shippedFiles()) expect(text.split('\n')[0], path).toMatch(/^# /);
  });

  it('keeps the names that belong to the cluster', () => {
    expect(catalog.policy.reservedNames).toEqual(
      expect.arrayContaining([
        'kube-*',
        'default',
        'capsule-system',
        'istio-*',
        'cert-manager',
        'flux-system',
        'velero',
        'gatekeeper-system',
        'monitoring',
        'naas-*',
      ]),
    );
  });
});

describe('parseCatalog', () => {
  it('takes a folder before the paths', () => {
    expect(parseCatalog(shippedFiles().map(({ path, text }) => ({ path: `/etc/naas/${path}`, text })))).toEqual(
      shippedCatalog(),
    );
  });

  it('keeps people in their canonical spelling and quantities as the API server prints them', () => {
    const catalog = parseCatalog(
      edited('teams.yaml', '[shop-developers, shop-leads]', '["Shop-Developers ", shop-leads]'),
    );
    expect(catalog.teams['shop']?.groups).toEqual(['shop-developers', 'shop-leads']);
    expect(
      parseCatalog(edited('dev.yaml', 'limits.memory: 4Gi', 'limits.memory: 4096Mi')).tiers['dev']?.quota[
        'limits.memory'
      ],
    ).toBe('4Gi');
  });

  it.each([
    [
      'tiers/dev.yaml',
      'limits.cpu: "2"',
      'limits.cpu: two',
      /tiers\/dev\.yaml:\d+:\d+: quota\["limits\.cpu"\].*not a quantity/,
    ],
    ['tiers/dev.yaml', 'limits.cpu: "2"', 'limits.cpu: "-2"', /negative/],
    ['tiers/dev.yaml', 'limits.cpu: "2"', 'limits.cpu: "100"', /quotaOverrides|not between 500m and 3/],
    ['tiers/dev.yaml', 'defaultDays: 30', 'defaultDays: 300', /300 days are more than the maximum of 90/],
    ['tiers/dev.yaml', 'defaultRequest: { cpu: 100m', 'defaultRequest: { cpu: 600m', /above the default limit/],
    ['policy.yaml', 'reservedNames:', 'reservedName: []\nreservedNames:', /did you mean "reservedNames"/],
    ['tiers/dev.yaml', 'amount: "100"', 'amount: 100', /put it in quotes/],
    ['tiers/dev.yaml', 'description:', 'descriptoin:', /did you mean "description"/],
    [
      'templates/standard.yaml',
      'tiers: [dev, staging, prod]',
      'tiers: [dev, stagging, prod]',
      /tier "stagging" is not known; did you mean "staging"/,
    ],
    [
      'templates/standard.yaml',
      'allowedProfiles: [isolated, team, open-egress]',
      'allowedProfiles: [isolated]',
      /default profile "team" is not among/,
    ],
    ['templates/standard.yaml', 'mesh: none', 'mesh: sidecar', /is not one of none/],
    ['teams.yaml', 'groups: [shop-developers, shop-leads]', 'groups: ["\\u0430da"]', /Latin and Cyrillic/],
    ['approvals.yaml', 'tiers: [dev]', 'tiers: [deV]', /rules\[0\]\.when\.tiers\[0\]/],
    [
      'approvals.yaml',
      '- name: prod-two-people\n    when: { tiers: [prod] }',
      '- name: prod-two-people\n    when: { tiers: [prod], teams: [shop] }',
      /no rule covers every request of tier "prod"/,
    ],
    [
      'approvals.yaml',
      'groups: [platform-operators]',
      'groups: [platfrom-operators]',
      /group "platfrom-operators" is not known; did you mean "platform-operators"/,
    ],
    ['approvals.yaml', 'people: { teamLeads: true }', 'people: {}', /nobody may fill slot "team-lead"/],
    [
      'approvals.yaml',
      'people: { leadsOf: [platform] }',
      'people: { leadsOf: [platfrom] }',
      /team "platfrom" is not known/,
    ],
    ['approvals.yaml', 'slot: platform', 'slot: team-lead', /two slots "team-lead"/],
    ['approvals.yaml', 'remindAfterMinutes: 240', 'remindAfterMinutes: 2400', /a reminder comes before/],
    [
      'policy.yaml',
      'admin: tenant-admin',
      'admin: cluster-admin',
      /is not one of tenant-admin, tenant-developer, tenant-viewer/,
    ],
    [
      'approvals.yaml',
      'slot: team-lead',
      'slot: ingress-from-payments',
      /approvals\.yaml:\d+:\d+: rule "staging-one-team-lead" has a slot "ingress-from-payments"; names that begin with/,
    ],
    [
      'approvals.yaml',
      'people: { leadsOf: [platform] }',
      `people: { users: [${Array.from({ length: 16 }, (_, at) => `${'a'.repeat(84)}${at}`)}] }`,
      /rule "prod-two-people" asks too many people: .* come to 15\d\d bytes for team \w+, at most 1500 fit/,
    ],
    [
      'approvals.yaml',
      'escalation: { groups: [platform-operators] }',
      `escalation: { users: [${Array.from({ length: 8 }, (_, at) => `${'ü'.repeat(90)}${at}`)}] }`,
      /rule "prod-two-people" asks too many people/,
    ],
    [
      'teams.yaml',
      'leads:\n    groups: [shop-leads]',
      'leads: {}',
      /teams\.yaml:\d+:\d+: team "shop" has no lead, .* slot "team-lead" of rule "staging-one-team-lead", .*ingressFromOtherTeam/,
    ],
    [
      'teams.yaml',
      'leads:\n    groups: [platform-leads]',
      'leads: {}',
      /team "platform" has no lead, .* slot "platform" of rule "prod-two-people"/,
    ],
    [
      'policy.yaml',
      '- example.com/',
      '- example.com/*',
      /allowedLabels\[1\].*a prefix that ends in "\/" \(no "\*" behind\)/,
    ],
    ['policy.yaml', '- example.com/', '- naas.dev/', /kept for naas or Kubernetes/],
    ['policy.yaml', '- example.com/', '- pod-security.kubernetes.io/', /kept for naas or Kubernetes/],
    ['policy.yaml', '- example.com/', '- kubernetes.io/metadata.name', /kept for naas or Kubernetes/],
    ['policy.yaml', 'submit: [member', 'submit: [owner', /is not one of member, team-lead, operator/],
    ['policy.yaml', 'heartbeatSeconds: 10', 'heartbeatSeconds: 300', /says nothing within a stage/],
    [
      'platform.yaml',
      'dns:\n  namespace: kube-system',
      'dns:\n  namespace: cluster-dns',
      /platform\.yaml:\d+:\d+: .*"cluster-dns".*could take that name; add it to reservedNames/,
    ],
    ['platform.yaml', 'gatewayNamespace: gateway-system', 'gatewayNamespace: edge', /"edge".*could take that name/],
    [
      'platform.yaml',
      'namespace: shared-messaging',
      'namespace: broker',
      /platform\.yaml:\d+:\d+: .*"broker".*could take that name/,
    ],
    ['platform.yaml', '- 10.0.0.0/8', '- 10.0.0.1/8', /host bits/],
    ['platform.yaml', '- 10.0.0.0/8', '- 0.0.0.0/0', /leaves no internet/],
    ['platform.yaml', '- 169.254.0.0/16 # link-local', '- 169.253.0.0/16 # link-local', /open egress would reach it/],
    ['platform.yaml', 'podSecurityVersion: v1.35', 'podSecurityVersion: latest', /pin a minor release/],
  ])('%s with %j → %j is refused', (path, from, to, why) => {
    const found = messages(edited(path, from, to));
    expect(found.join('\n')).toMatch(why);
    expect(found[0]).toContain(path.replace('.yaml', ''));
  });

  it('takes a rule whose people just fit where a waiting request is listed', () => {
    // Fourteen of 96 bytes each, quotes and comma included, and three groups: about 1,430.
    const users = Array.from({ length: 14 }, (_, at) => `${'a'.repeat(86)}${String(at).padStart(2, '0')}`);
    const people = `people: { users: [${users}] }`;
    expect(messages(edited('approvals.yaml', 'people: { leadsOf: [platform] }', people))).toEqual([]);
  });

  it('takes a team without leads where nobody asks them', () => {
    const alone = shippedFiles().map((file) => {
      if (file.path.endsWith('teams.yaml'))
        return {
          ...file,
          text: 'shop: { description: Us., groups: [all, platform-operators], leads: {}, costCentre: C }',
        };
      if (!file.path.endsWith('approvals.yaml')) return file;
      const rule =
        'name: all, when: {}, slots: [], remindAfterMinutes: 1, escalateAfterMinutes: 2, lapseAfterMinutes: 3';
      return { ...file, text: `rules: [{ ${rule} }]\ningressFromOtherTeam: { why: Consent. }` };
    });
    expect(messages(alone)).toEqual([]);
  });

  it('says all problems of all files at once', () => {
    const files = edited('dev.yaml', 'limits.cpu: "2"', 'limits.cpu: two').map((file) =>
      file.path.endsWith('policy.yaml') ? { ...file, text: 'roles: [' } : file,
    );
    const found = messages([...files, { path: 'prices.yaml', text: '' }]);
    expect(found.some((message) => message.includes('tiers/dev.yaml'))).toBe(true);
    expect(found.some((message) => message.includes('policy.yaml'))).toBe(true);
    expect(found).toContain('prices.yaml is no file of the catalog');
  });

  it('names every file that is missing', () => {
    expect(messages([])).toEqual([
      'the catalog has no file in tiers/; add at least one',
      'the catalog has no file in templates/; add at least one',
      'the catalog lacks teams.yaml',
      'the catalog lacks approvals.yaml',
      'the catalog lacks policy.yaml',
      'the catalog lacks platform.yaml',
    ]);
  });

  it('refuses a file that stands there twice', () => {
    expect(messages([...shippedFiles(), { path: 'more/teams.yaml', text: 'x: 1' }])).toContain(
      'the catalog holds teams.yaml twice',
    );
    expect(
      messages([
        ...shippedFiles(),
        { path: 'tiers/dev.yml', text: shippedFiles().find(({ path }) => path.endsWith('dev.yaml'))?.text ?? '' },
      ]),
    ).toContain('the catalog holds tiers/dev twice');
  });
});
