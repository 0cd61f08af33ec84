// The optional right to name blockers, on the real API server: what it names, what it never reads, and what stays as it was
// without it. Whatever it installs is taken away again: other tests count the worker's rights.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BLOCKER_READER, blockerReaderRules } from '../../src/ops/blocker-reader.ts';
import { type Check, doctor } from '../../src/ops/doctor.ts';
import { install, renderBlockerReader } from '../../src/ops/install.ts';
import { WORKER_USER } from '../../src/spec/names.ts';
import { mayHoldSecrets } from '../../src/spec/secretive.ts';
import type { Blocker } from '../../src/spec/status.ts';
import { readAudit } from '../support/audit.ts';
import { kubectl } from '../support/cluster-snapshot.ts';
import { DEV, openStand, type Stand } from '../support/scenario.ts';
import {
  applyForeign,
  HELD_WIDGET,
  type HeldObject,
  hold,
  installWidgets,
  release,
} from '../support/scenario-foreign.ts';

const NAME = 'reader-held';
const HELD: HeldObject[] = [
  HELD_WIDGET,
  { apiVersion: 'v1', kind: 'Service', name: 'balancer', spec: { ports: [{ port: 80 }] } },
  { apiVersion: 'v1', kind: 'Secret', name: 'hush', stringData: { word: 'unspoken' } },
];

let stand: Stand;
let widgets: { remove(): Promise<void> };
let lines: string[];

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  widgets = await installWidgets(stand.kube);
  lines = [];
  await install({ kubeconfig: stand.kube.kubeconfig, blockerReader: true, say: (line) => lines.push(line) });
});

afterAll(async () => {
  await removeReader();
  await widgets?.remove();
  await kubectl(stand.kube, 'delete', 'crd', 'gizmos.late.example.com', '--ignore-not-found');
  await stand?.close();
});

const removeReader = () =>
  kubectl(stand.kube, 'delete', 'clusterrolebinding,clusterrole', BLOCKER_READER, '--ignore-not-found');

const may = async (verb: string, resource: string): Promise<string> =>
  (
    await kubectl(stand.kube, 'auth', 'can-i', verb, resource, '-n', 'default', '--as', WORKER_USER).catch(() => 'no')
  ).trim();

async function doctorsWord(): Promise<Check | undefined> {
  const checks = await doctor({ kubeconfig: stand.kube.kubeconfig, temporalAddress: '127.0.0.1:1', env: {} });
  return checks.find((check) => check.name === 'blocker reader');
}

/** A namespace that cannot die, as its status tells it; afterwards it is free again. */
async function blockersOf(name: string): Promise<Blocker[]> {
  await stand.submit(name, DEV);
  await stand.untilAll([name], ['ready']);
  await hold(stand.kube, name, HELD);
  await stand.owner.teardown(name);
  const [status] = await stand.untilAll([name], ['blocked']);
  await release(stand.kube, name, HELD);
  await stand.untilAll([name], ['deleted']);
  return status?.blocked?.blockers ?? [];
}

const namesBy = (blockers: Blocker[]) => Object.fromEntries(blockers.map(({ kind, names }) => [kind, names ?? null]));

describe('with the blocker reader', () => {
  it('install says that it put it there', () => {
    expect(lines).toContain(`ClusterRole ${BLOCKER_READER} created`);
    expect(lines).toContain(`ClusterRoleBinding ${BLOCKER_READER} created`);
  });

  it('a blocked namespace names what holds it, of whatever kind; of a Secret only the command', async () => {
    const begun = new Date().toISOString();
    const blockers = await blockersOf(NAME);
    expect(namesBy(blockers)).toEqual({ Widget: ['gadget'], Service: ['balancer'], Secret: null });
    expect(blockers.find(({ kind }) => kind === 'Secret')?.look).toContain('kubectl get secrets');
    const asked = (await readAudit(stand.auditLog, WORKER_USER)).filter(
      (event) => event.requestReceivedTimestamp >= begun && event.objectRef?.resource === 'secrets',
    );
    expect(asked, 'the worker never asks for Secrets').toEqual([]);
  });

  it('the worker may list, and nothing more, and no secret of anybody', async () => {
    expect(await may('list', 'widgets.proof.example.com')).toBe('yes');
    expect(await may('list', 'pods')).toBe('yes');
    for (const verb of ['get', 'watch', 'create', 'patch', 'delete'])
      expect(await may(verb, 'widgets.proof.example.com'), verb).toBe('no');
    for (const verb of ['get', 'list', 'watch']) expect(await may(verb, 'secrets'), verb).toBe('no');
    const role = JSON.parse(await kubectl(stand.kube, 'get', 'clusterrole', BLOCKER_READER, '-o', 'json'));
    const words = JSON.stringify(role.rules);
    expect(words).not.toContain('*');
    expect(words).not.toMatch(/secret/i);
    expect(new Set(role.rules.flatMap((rule: { verbs: string[] }) => rule.verbs))).toEqual(new Set(['list']));
  });

  it('doctor counts what can be named, and says when a kind has come since', async () => {
    expect(await doctorsWord()).toMatchObject({ state: 'ok', found: expect.stringMatching(/^\d+ kinds can be named/) });
    const names = { plural: 'gizmos', singular: 'gizmo', kind: 'Gizmo', listKind: 'GizmoList' };
    const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } };
    await applyForeign(stand.kube, [
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'gizmos.late.example.com' },
        spec: { group: 'late.example.com', scope: 'Namespaced', names, versions: [version] },
      },
    ]);
    await kubectl(stand.kube, 'wait', 'crd/gizmos.late.example.com', '--for=condition=Established', '--timeout=20s');
    await expect
      .poll(doctorsWord, { timeout: 30_000 })
      .toMatchObject({ state: 'warning', mend: expect.stringContaining('naas install --blocker-reader') });
    await install({ kubeconfig: stand.kube.kubeconfig, blockerReader: true });
    expect(await may('list', 'gizmos.late.example.com')).toBe('yes');
  });

  it('an install without the word leaves it as it is', async () => {
    await install({ kubeconfig: stand.kube.kubeconfig });
    expect(await may('list', 'widgets.proof.example.com')).toBe('yes');
  });

  it('can be printed before, exactly as it is applied', async () => {
    const [role] = await renderBlockerReader({ kubeconfig: stand.kube.kubeconfig });
    const live = JSON.parse(await kubectl(stand.kube, 'get', 'clusterrole', BLOCKER_READER, '-o', 'json'));
    expect(role?.['rules']).toEqual(live.rules);
  });
});

describe('without it', () => {
  it('the kinds that naas does not manage come with a command, and the others are told all the same', async () => {
    await removeReader();
    expect(namesBy(await blockersOf('reader-none'))).toEqual({ Widget: null, Service: null, Secret: null });
    expect(await doctorsWord()).toMatchObject({ state: 'ok', found: expect.stringContaining('not installed') });
  });
});

describe('the rules', () => {
  it('leave out every kind whose name says that it may hold secrets', () => {
    const kinds = new Map([
      ['', ['pods', 'secrets']],
      ['external-secrets.io', ['externalsecrets', 'secretstores']],
      ['example.com', ['accesstokens', 'gitcredentials', 'widgets', 'widgets']],
    ]);
    expect(blockerReaderRules(kinds)).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
      { apiGroups: ['example.com'], resources: ['widgets'], verbs: ['list'] },
    ]);
  });

  it('judge a kind by its own name, not by its group', () => {
    expect(mayHoldSecrets('secrets')).toBe(true);
    expect(mayHoldSecrets('pushes.external-secrets.io')).toBe(false);
    expect(mayHoldSecrets('vaultstaticsecrets.secrets.hashicorp.com')).toBe(true);
  });
});
