// What goes on while a worker is replaced: whole lives one after the other as a load, and lives that are halted in each
// situation that a run can be in. Whoever uses it says when; a life that does not end as it should throws.
import type { NaasClient } from '../../src/client/api.ts';
import type { Phase, Situation } from '../../src/spec/lifecycle.ts';
import type { ActiveRule, Rule } from './fault-proxy-rules.ts';
import { DEV, PEOPLE, STAGING, type Stand } from './scenario.ts';

const QUOTA = { verb: 'apply', resource: 'resourcequotas', name: 'naas-quota' } as const;
const INFORMATION = { verb: 'apply', resource: 'configmaps', name: 'naas-information' } as const;
const INFORMATION_PATCH = { verb: 'patch', resource: 'configmaps', name: 'naas-information' } as const;
const BINDING = { verb: 'delete', resource: 'rolebindings', name: 'naas-developers' } as const;
const REFUSED = { fault: { mode: 'fail-before', status: 403 } } as const;

export const LARGER = { ...DEV, quota: { 'limits.cpu': '3' } };

const PATIENCE_MS = 60_000;

export interface People {
  owner: NaasClient;
  lead: NaasClient;
  platform: NaasClient;
  close(): Promise<void>;
}

/** A worker that ends holds answers back, and so does a busy machine; how quickly is answered is no proof's business. */
export function patientPeople(stand: Stand): People {
  const [owner, lead, platform] = [PEOPLE.owner, PEOPLE.lead, PEOPLE.platform].map((each) =>
    stand.clientOf(each, PATIENCE_MS),
  ) as [NaasClient, NaasClient, NaasClient];
  const close = async (): Promise<void> => void (await Promise.all([owner, lead, platform].map((it) => it.close())));
  return { owner, lead, platform, close };
}

type Live = (stand: Stand, people: People, name: string) => Promise<void>;

async function reach(stand: Stand, name: string, phase: Phase): Promise<void> {
  await stand.untilAll([name], [phase]);
}

async function applied(stand: Stand, name: string): Promise<void> {
  const { lastOperation } = await stand.untilOperation(name);
  if (lastOperation?.outcome !== 'applied') throw new Error(`its operation was ${lastOperation?.outcome}`);
}

export async function born(stand: Stand, { owner, lead }: People, name: string, tier: typeof DEV): Promise<void> {
  await owner.submit(stand.request(name, tier), { requestId: name });
  if (tier === STAGING) {
    await reach(stand, name, 'awaiting-approval');
    await lead.decide(name, { decision: 'approve' });
  }
  await reach(stand, name, 'ready');
}

async function ended(stand: Stand, { owner }: People, name: string): Promise<void> {
  await owner.teardown(name);
  await reach(stand, name, 'deleted');
}

/** Each from its request to its end. */
export const LIVES: Record<string, Live> = {
  async policy(stand, people, name) {
    await born(stand, people, name, DEV);
    await people.owner.change(name, stand.request(name, LARGER));
    await applied(stand, name);
    await ended(stand, people, name);
  },
  async rejected(stand, { owner, lead }, name) {
    await owner.submit(stand.request(name, STAGING), { requestId: name });
    await reach(stand, name, 'awaiting-approval');
    await lead.decide(name, { decision: 'reject', reason: 'not now' });
    await reach(stand, name, 'rejected');
  },
  async people(stand, people, name) {
    await born(stand, people, name, STAGING);
    await people.owner.change(name, { ...stand.request(name, STAGING), purpose: 'another' });
    await people.lead.decide(name, { decision: 'reject', reason: 'not now' });
    await people.owner.transfer(name, 'platform');
    await people.lead.decide(name, { decision: 'approve' });
    await people.platform.decide(name, { decision: 'approve' });
    await applied(stand, name);
    // It is theirs by now.
    await ended(stand, { ...people, owner: people.platform }, name);
  },
  async cancelled(stand, { owner }, name) {
    await owner.submit(stand.request(name, STAGING), { requestId: name });
    await reach(stand, name, 'awaiting-approval');
    await owner.cancel(name);
    await reach(stand, name, 'cancelled');
  },
  async undone(stand, { owner }, name) {
    stand.proxy.add({ tenant: name, ...INFORMATION, ...REFUSED });
    await owner.submit(stand.request(name, DEV), { requestId: name });
    await reach(stand, name, 'failed');
  },
};

interface Halt {
  /** What keeps it there: calls that are refused, or held where nothing else is said. */
  at?: Omit<Rule, 'tenant'>[];
  /** It has been made ready before. */
  tier?: typeof DEV;
  begin: Live;
  /** Once it may go on; what is kept is `ready` then. */
  finish: Live;
  /** Of what is kept: what it was asked to be. */
  kept?: typeof DEV;
}

type InFlight = Exclude<
  Situation,
  'deleted' | 'refused' | 'rejected' | 'lapsed' | 'cancelled' | 'failed' | 'abandoned'
>;

const changed: Live = async (stand, { owner }, name) => {
  await owner.change(name, stand.request(name, LARGER));
};
const undone: Live = async (stand, _people, name) => {
  const { lastOperation } = await stand.untilOperation(name);
  if (lastOperation?.outcome !== 'undone') throw new Error(`its operation was ${lastOperation?.outcome}`);
};
const removed: Live = async (stand, _people, name) => reach(stand, name, 'deleted');
const torn: Live = async (_stand, { owner }, name) => void (await owner.teardown(name));
const nothing: Live = async () => {};

/** A run can be in no other situation before its end. */
export const HALTS: Record<InFlight, Halt> = {
  requested: {
    at: [{ verb: 'read', activity: 'admit' }],
    // Its answer comes when it is admitted.
    begin: async (stand, { owner }, name) =>
      void owner.submit(stand.request(name, DEV), { requestId: name }).catch(() => undefined),
    finish: async (stand, people, name) => {
      await reach(stand, name, 'ready');
      await ended(stand, people, name);
    },
  },
  'awaiting-approval': {
    begin: async (stand, { owner }, name) =>
      void (await owner.submit(stand.request(name, STAGING), { requestId: name })),
    finish: async (stand, people, name) => {
      await people.lead.decide(name, { decision: 'approve' });
      await reach(stand, name, 'ready');
    },
    kept: STAGING,
  },
  provisioning: {
    at: [QUOTA],
    begin: async (stand, { owner }, name) => void (await owner.submit(stand.request(name, DEV), { requestId: name })),
    finish: async (stand, _people, name) => reach(stand, name, 'ready'),
    kept: DEV,
  },
  ready: {
    tier: DEV,
    begin: nothing,
    finish: async (stand, people, name) => {
      await changed(stand, people, name);
      await applied(stand, name);
    },
    kept: LARGER,
  },
  'ready+awaiting-approval': {
    tier: STAGING,
    begin: async (stand, { owner }, name) =>
      void (await owner.change(name, { ...stand.request(name, STAGING), purpose: 'another' })),
    finish: async (stand, people, name) => {
      await people.lead.decide(name, { decision: 'approve' });
      await applied(stand, name);
      await ended(stand, people, name);
    },
  },
  'ready+applying': {
    tier: DEV,
    at: [QUOTA],
    begin: changed,
    finish: async (stand, _people, name) => applied(stand, name),
    kept: LARGER,
  },
  'ready+undoing': {
    tier: DEV,
    at: [{ ...INFORMATION, ...REFUSED }, INFORMATION_PATCH],
    begin: async (stand, { owner }, name) =>
      void (await owner.change(name, { ...stand.request(name, DEV), purpose: 'another' })),
    finish: undone,
    kept: DEV,
  },
  'blocked+undoing': {
    tier: DEV,
    at: [
      { ...INFORMATION, ...REFUSED },
      { ...INFORMATION_PATCH, ...REFUSED },
    ],
    begin: async (stand, { owner }, name) =>
      void (await owner.change(name, { ...stand.request(name, DEV), purpose: 'another' })),
    finish: undone,
    kept: DEV,
  },
  deleting: { tier: DEV, at: [BINDING], begin: torn, finish: removed },
  blocked: {
    tier: DEV,
    at: [{ ...BINDING, ...REFUSED }],
    begin: torn,
    finish: removed,
  },
};

export interface Halted {
  name: string;
  situation: string;
  goOn(): void;
  finish(): Promise<void>;
  kept?: typeof DEV;
}

/** Comes to its situation and stays in it until it may go on. */
export async function halted(stand: Stand, people: People, situation: string, name: string): Promise<Halted> {
  const halt = HALTS[situation as InFlight];
  const released = Promise.withResolvers<void>();
  const rules: ActiveRule[] = [];
  const set = (): void => {
    for (const rule of halt.at ?? []) {
      const held = async (): Promise<'forward'> => released.promise.then(() => 'forward');
      rules.push(stand.proxy.add({ tenant: name, ...rule, ...(rule.fault === undefined ? { before: held } : {}) }));
    }
  };
  if (halt.tier !== undefined) await born(stand, people, name, halt.tier);
  set();
  await halt.begin(stand, people, name);
  return {
    name,
    situation,
    goOn() {
      for (const rule of rules) rule.lift();
      released.resolve();
    },
    finish: () => halt.finish(stand, people, name),
    ...(halt.kept === undefined ? {} : { kept: halt.kept }),
  };
}
