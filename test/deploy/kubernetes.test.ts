// deploy/kubernetes on the real API server: strict, admitted under Pod Security `restricted`, and true to the code that
// they start. What stands there already is only rehearsed; a namespace of its own is removed again.
import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readCatalog } from '../../src/config.ts';
import { renderInstall } from '../../src/ops/install.ts';
import { workerRules } from '../../src/ops/worker-role.ts';
import { SYSTEM_NAMESPACE, WORKER_SERVICE_ACCOUNT } from '../../src/spec/names.ts';
import { ROOT } from '../../tools/paths.mjs';
import { sharedPlatform } from '../support/platform.ts';

const run = promisify(execFile);
const MANIFESTS = join(ROOT, 'deploy', 'kubernetes');
const RESTRICTED = `naas-restricted-${process.pid}`;

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has fields of its own, and a wrong path fails the test.
  [field: string]: any;
}

let dir: string;
let rendered: Manifest[];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'naas-deploy-'));
  rendered = documents(await kubectl('kustomize', MANIFESTS));
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: RESTRICTED, labels } });
  await create({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: WORKER_SERVICE_ACCOUNT, namespace: RESTRICTED },
  });
});

afterAll(async () => {
  await kubectl('delete', 'namespace', RESTRICTED, '--wait', '--ignore-not-found');
  rmSync(dir, { recursive: true, force: true });
});

async function kubectl(...args: string[]): Promise<string> {
  const { kubectl: program, kubeconfig } = sharedPlatform();
  const env = { ...process.env, KUBECACHEDIR: join(dir, 'cache') };
  return (await run(program, ['--kubeconfig', kubeconfig, ...args], { env, maxBuffer: 64 * 1024 * 1024 })).stdout;
}

function written(object: object): string {
  const file = join(dir, `${crypto.randomUUID()}.json`);
  writeFileSync(file, JSON.stringify(object));
  return file;
}

const create = (object: object, ...more: string[]) => kubectl('create', '-f', written(object), ...more);

/** As `naas install` would: by the same manager, taking fields back that somebody edited. */
const rehearse = (...source: string[]) =>
  kubectl(
    'apply',
    ...['--server-side', '--force-conflicts', '--field-manager=naas-install'],
    ...['--dry-run=server', '--validate=strict', '-o', 'name'],
    ...source,
  );

function documents(yaml: string): Manifest[] {
  return parseAllDocuments(yaml).map((document) => document.toJS());
}

function one(kind: string, name = WORKER_SERVICE_ACCOUNT): Manifest {
  const found = rendered.find((each) => each.kind === kind && each.metadata.name === name);
  if (found === undefined) throw new Error(`deploy/kubernetes has no ${kind} ${name}`);
  return found;
}

const worker = () => one('Deployment')['spec'].template.spec.containers[0];
const variable = (name: string): string =>
  worker().env.find((each: { name: string }) => each.name === name)?.value ?? one('ConfigMap')['data'][name];

describe('the manifests', () => {
  it('hold exactly the cluster objects of `naas install`; regenerate them as docs/deployment.md says', () => {
    expect(readFileSync(join(MANIFESTS, 'naas-cluster.yaml'), 'utf8')).toBe(renderInstall());
  });

  it('give the worker the role that all tests run under', async () => {
    const live = JSON.parse(await kubectl('get', 'clusterrole', WORKER_SERVICE_ACCOUNT, '-o', 'json'));
    expect(one('ClusterRole')['rules']).toEqual(live.rules);
    expect(live.rules).toEqual(workerRules());
    const pod = one('Deployment')['spec'].template.spec;
    expect([pod.serviceAccountName, one('Deployment').metadata.namespace]).toEqual([
      WORKER_SERVICE_ACCOUNT,
      SYSTEM_NAMESPACE,
    ]);
  });

  it('are taken by the API server as they are, every one of them', async () => {
    const names = (await rehearse('-k', MANIFESTS)).trimEnd().split('\n');
    expect(names).toHaveLength(rendered.length);
    expect(names).toContain('deployment.apps/naas-worker');
    expect(names).toContain('networkpolicy.networking.k8s.io/deny-all');
  });

  it('would not pass with a field that does not exist', async () => {
    const wrong = structuredClone(one('Deployment'));
    wrong['spec'].template.spec.containers[0].readinesProbe = {};
    await expect(rehearse('-f', written(wrong))).rejects.toThrow(/readinesProbe/);
  });
});

describe('the worker’s pod', () => {
  const pod = (change: (spec: Manifest['spec']) => void = () => {}): Manifest => {
    const { metadata, spec } = structuredClone(one('Deployment')['spec'].template);
    change(spec);
    return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'worker', namespace: RESTRICTED }, spec };
  };

  it('is admitted under Pod Security `restricted`, and only as it is', async () => {
    expect(await create(pod(), '--dry-run=server', '-o', 'name')).toBe('pod/worker\n');
    const weaker = [
      (spec: Manifest['spec']) => {
        spec.securityContext.runAsNonRoot = false;
      },
      (spec: Manifest['spec']) => {
        delete spec.securityContext.seccompProfile;
      },
      (spec: Manifest['spec']) => {
        delete spec.containers[0].securityContext.capabilities;
      },
      (spec: Manifest['spec']) => {
        delete spec.containers[0].securityContext.allowPrivilegeEscalation;
      },
    ];
    for (const change of weaker)
      await expect(create(pod(change), '--dry-run=server')).rejects.toThrow(/violates PodSecurity "restricted/);
  });

  it('runs the image of this version', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(worker().image).toBe(`naas:${version}`);
  });

  it('writes nowhere but to /tmp', () => {
    expect(worker().securityContext.readOnlyRootFilesystem).toBe(true);
    const writable = worker().volumeMounts.filter((mount: { readOnly?: boolean }) => mount.readOnly !== true);
    expect(writable.map((mount: { mountPath: string }) => mount.mountPath)).toEqual(['/tmp']);
  });

  it('is allowed longer to end than the worker takes at the most', () => {
    const [, forceMs] = /SHUTDOWN_FORCE_MS = ([\d_]+)/.exec(readFileSync(join(ROOT, 'src', 'worker.ts'), 'utf8')) ?? [];
    const reserveSeconds = 10;
    expect(one('Deployment')['spec'].template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
      Number(forceMs?.replaceAll('_', '')) / 1000 + reserveSeconds,
    );
  });

  it('sets only variables that the worker reads, and mounts what they name', () => {
    const known = new Set(readFileSync(join(ROOT, 'src', 'config.ts'), 'utf8').match(/\bNAAS_[A-Z_]+/g));
    const set = [
      ...worker().env.map((each: { name: string }) => each.name),
      ...Object.keys(one('ConfigMap')['data']),
    ].filter((name) => name.startsWith('NAAS_'));
    expect(set.filter((name) => !known.has(name))).toEqual([]);
    const mounts = worker().volumeMounts.map((mount: { mountPath: string }) => mount.mountPath);
    expect(mounts).toContain(variable('NAAS_CATALOG'));
    expect(mounts).toContain(join(variable('NAAS_TRUSTED_KEYS'), '..'));
    expect(variable('TEMPORAL_ADDRESS')).toMatch(/:7233$/);
  });

  it('is probed where it listens, and its heap leaves a quarter of the memory to the rest', () => {
    const port = (name: string) => worker().ports.find((each: { name: string }) => each.name === name).containerPort;
    expect(variable('NAAS_HEALTH_ADDRESS')).toBe(`0.0.0.0:${port('health')}`);
    expect(variable('NAAS_METRICS_ADDRESS')).toBe(`0.0.0.0:${port('metrics')}`);
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
      expect(worker()[probe].httpGet.port).toBe('health');
    expect(worker().readinessProbe.httpGet.path).toBe('/readyz');
    expect(worker().resources.limits.memory).toBe('1Gi');
    expect(variable('NODE_OPTIONS')).toBe(`--max-old-space-size=${0.75 * 1024}`);
  });

  it('reaches Temporal, the API server and DNS, and is reached for metrics only', () => {
    const { podSelector, policyTypes, ...rest } = one('NetworkPolicy', 'deny-all')['spec'];
    expect([podSelector, policyTypes, rest]).toEqual([{}, ['Ingress', 'Egress'], {}]);
    const { ingress, egress } = one('NetworkPolicy')['spec'];
    const ports = (rules: { ports: { port: number | string }[] }[]) =>
      rules.map((rule) => rule.ports.map(({ port }) => port));
    expect(ports(ingress)).toEqual([['metrics']]);
    expect(ports(egress)).toEqual([[53, 53], [7233], [443, 6443]]);
    expect(ingress[0].from).toHaveLength(1);
  });

  it('is found by its budget, its Service and its policy', () => {
    const labels = one('Deployment')['spec'].template.metadata.labels;
    const selectors = [
      one('Deployment')['spec'].selector.matchLabels,
      one('PodDisruptionBudget')['spec'].selector.matchLabels,
      one('NetworkPolicy')['spec'].podSelector.matchLabels,
      one('Service', 'naas-worker-metrics')['spec'].selector,
    ];
    for (const selector of selectors) {
      expect(Object.keys(selector).length).toBeGreaterThan(0);
      expect(labels).toMatchObject(selector);
    }
  });
});

describe('the catalog', () => {
  it('as a ConfigMap, made as the docs say and mounted as a kubelet does, reads as it does from its folder', async () => {
    const page = readFileSync(join(ROOT, 'docs', 'deployment.md'), 'utf8');
    const [, shell = ''] = /^(files=.*\n.*create configmap naas-catalog .*) \| kubectl apply/m.exec(page) ?? [];
    const { kubectl: program, kubeconfig } = sharedPlatform();
    const env = { ...process.env, PATH: `${join(program, '..')}:${process.env['PATH']}`, KUBECONFIG: kubeconfig };
    const { stdout } = await run('sh', ['-euc', shell], { cwd: ROOT, env });
    const { data } = parse(stdout) as { data: Record<string, string> };
    const mount = join(dir, 'mounted');
    const version = '..2026_11_23_00_00_00.123456789';
    mkdirSync(join(mount, version), { recursive: true });
    symlinkSync(version, join(mount, '..data_tmp'));
    renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
    for (const [name, text] of Object.entries(data)) {
      writeFileSync(join(mount, version, name), text);
      symlinkSync(join('..data', name), join(mount, name));
    }
    const files = readdirSync(join(ROOT, 'catalog'), { recursive: true, encoding: 'utf8' });
    expect(Object.keys(data)).toHaveLength(files.filter((file) => file.endsWith('.yaml')).length);
    expect(readCatalog(mount)).toEqual(readCatalog(join(ROOT, 'catalog')));
  });
});
