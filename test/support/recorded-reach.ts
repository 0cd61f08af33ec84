// The paths of hostnames and of domains whose histories are kept for the replay gate: each on servers of its own.
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { domainWorkflowId, workflowId } from '../../src/spec/names.ts';
import { startCustomersDns } from './customers-dns.ts';
import { sharedPlatform } from './platform.ts';
import { openReachStand } from './reach-stand.ts';
import { openStand, type Stand } from './scenario.ts';

export interface OpenedRecording {
  stand: Stand;
  address: string;
  /** Which run's history is kept. */
  workflowId: string;
  act(): Promise<void>;
  close(): Promise<void>;
}

export const REACH_RECORDINGS: Record<string, (name: string) => Promise<OpenedRecording>> = {
  'hostnames-changed-and-deleted': reached,
  'domain-proven-and-given-up': owned,
};

/** Published, changed with one name more and one less, and withdrawn again. */
async function reached(name: string): Promise<OpenedRecording> {
  const zone = 'recorded.test';
  const stand = await openReachStand({ zones: [zone] });
  const tenant = { name, zone };
  return {
    stand,
    address: stand.platform.temporalAddress,
    workflowId: workflowId(name),
    async act() {
      await stand.submitReached(tenant);
      await stand.untilAll([name], ['ready']);
      await stand.owner.change(name, stand.requestNamed(tenant, [{ name: `other.${zone}` }]));
      await stand.untilOperation(name);
      await stand.teardown(name);
      await stand.untilAll([name], ['deleted']);
    },
    close: () => stand.close(),
  };
}

/** The domain's own run. */
async function owned(): Promise<OpenedRecording> {
  const domain = 'recorded.org';
  const customers = await startCustomersDns(domain);
  const policy = JSON.stringify({ nameServers: customers.nameServers });
  const stand = await openStand({
    alterCatalog: (folder) => appendFile(join(folder, 'policy.yaml'), `\ndomains: ${policy}\n`),
  });
  const stateIs = async (wanted: string): Promise<void> => {
    while ((await stand.owner.domains.status(domain)).holdings.at(-1)?.state !== wanted) await sleep(100);
  };
  return {
    stand,
    address: sharedPlatform().temporalAddress,
    workflowId: domainWorkflowId(domain),
    async act() {
      const { record } = await stand.owner.domains.add(domain, 'shop');
      if (record === undefined) throw new Error('there is nothing to enter');
      await customers.enter(record);
      await stand.owner.domains.add(domain, 'shop');
      await stateIs('verified');
      await stand.lead.domains.remove(domain);
      await stateIs('released');
    },
    async close() {
      await stand.close();
      await customers.stop();
    },
  };
}
