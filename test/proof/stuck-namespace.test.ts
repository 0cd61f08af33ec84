// A namespace that does not die: foreign finalizers on a kind that naas may list and on one that it may not. The run says
// what keeps it, strips nothing, and ends by itself once somebody has mended it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowId } from '../../src/spec/names.ts';
import { kubectl, type Snapshot } from '../support/cluster-snapshot.ts';
import { sharedPlatform } from '../support/platform.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import { withTemporal } from '../support/runs.ts';
import { DEV, openStand, type Stand } from '../support/scenario.ts';
import {
  FOREIGN_FINALIZER,
  HELD_CONFIG_MAP,
  HELD_WIDGET,
  hold,
  installWidgets,
  release,
} from '../support/scenario-foreign.ts';

/** The promise: so soon after the DELETE the status says what keeps the namespace. */
const PROMISE_MS = 10_000;

const NAME = 'stuck-a';
let stand: Stand;
let before: Snapshot;
let widgets: { remove(): Promise<void> };
/** Blockers that the status named. */
let told = 0;

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  widgets = await installWidgets(stand.kube);
  before = await stand.snapshot();
});

afterAll(async () => {
  await widgets?.remove();
  await stand?.close();
  recordProof('stuck namespace', told, failedTests());
});

describe('a namespace that does not die', () => {
  it('says within 10 s what keeps it, touches no finalizer, and ends by itself when it is free', async () => {
    await stand.submit(NAME, DEV);
    await stand.untilAll([NAME], ['ready']);
    const held = [HELD_CONFIG_MAP, HELD_WIDGET];
    await hold(stand.kube, NAME, held);

    await stand.owner.teardown(NAME);
    const deletedAt = await stand.untilEffect(NAME, 'delete', 'namespaces');
    const [status] = await stand.untilAll([NAME], ['blocked']);
    expect(Date.now() - deletedAt, 'time from the DELETE to the reason').toBeLessThan(PROMISE_MS);

    const blockers = status?.blocked?.blockers ?? [];
    told += blockers.length;
    const map = blockers.find((blocker) => blocker.kind.toLowerCase().startsWith('configmap'));
    const widget = blockers.find((blocker) => blocker.kind.toLowerCase().startsWith('widget'));
    expect(map).toMatchObject({ count: 1, names: ['keeper'] });
    expect(map?.finalizers).toContain(FOREIGN_FINALIZER);
    expect(widget).toMatchObject({ count: 1 });
    expect(widget?.names, 'naas may not list widgets').toBeUndefined();
    expect(widget?.finalizers).toContain(FOREIGN_FINALIZER);
    expect(await stillThere(widget?.look ?? ''), `"${widget?.look}" shows it`).toContain('gadget');

    const section = 'docs/operations.md#blocked-finalizer';
    expect(status?.waitsFor?.todo, 'the status names the section that helps').toContain(section);
    expect(await detailsOf(NAME), 'so does the Temporal UI').toContain(section);

    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await finalizersOf('configmap', 'keeper')).toEqual([FOREIGN_FINALIZER]);
    expect(await finalizersOf('widgets.proof.example.com', 'gadget')).toEqual([FOREIGN_FINALIZER]);

    await release(stand.kube, NAME, held);
    await stand.untilAll([NAME], ['deleted']);
    expect(await stand.changesSince(before)).toEqual([]);
  });
});

/** What the Temporal UI shows as the run's current details. */
async function detailsOf(name: string): Promise<string> {
  const { currentDetails } = await withTemporal(sharedPlatform().temporalAddress, (client) =>
    client.workflow.getHandle(workflowId(name)).query<{ currentDetails: string }>('__temporal_workflow_metadata'),
  );
  return currentDetails;
}

/** Runs the command that the status gave, as somebody with more rights would. */
async function stillThere(command: string): Promise<string> {
  const [program, ...words] = command.split(' ');
  expect(program).toBe('kubectl');
  return kubectl(stand.kube, ...words);
}

async function finalizersOf(resource: string, name: string): Promise<string[]> {
  const object = JSON.parse(await kubectl(stand.kube, 'get', resource, name, '-n', NAME, '-o', 'json'));
  return object.metadata.finalizers ?? [];
}
