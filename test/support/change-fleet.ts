// Living namespaces, and one change that touches everything that a change can touch: what is written anew, changed, taken
// away, in every stage. An undone change leaves a namespace as it was, so that one fleet serves round after round.

import { type EffectPoint, pointsOf } from './effects-table.ts';
import { type Gate, gather, type Place } from './fault-proxy-gate.ts';
import type { Stand } from './scenario.ts';
import { PEOPLE } from './scenario-people.ts';

/** A fleet on a busy machine answers late; how quickly it answers is no proof's business. */
const PATIENCE_MS = 60_000;

const PORTS = [{ protocol: 'TCP', port: 443 }];

export interface Fleet {
  names: string[];
  /** A namespace of the same team, which the wanted state lets in. */
  source: string;
  /** The state before; sent again it takes a namespace back. */
  before(name: string): Record<string, unknown>;
  wanted(name: string): Record<string, unknown>;
  /** Much as wanted, and yet another in every object; policy approves it. */
  third(name: string): Record<string, unknown>;
  changeByPolicy(name: string, request: Record<string, unknown>): Promise<void>;
  /** Sends the change and lets a lead approve it. */
  change(name: string, request?: Record<string, unknown>): Promise<void>;
  cancel(name: string): Promise<void>;
  /** The namespace is as the change wants it: by what the admission of the same change would still have to do. */
  expectWanted(name: string): Promise<void>;
  /** What lives is left behind; it goes with the file of tests. */
  end(): Promise<void>;
}

const members = {
  before: { admins: [{ group: 'shop-leads' }], developers: [{ group: 'shop-developers' }] },
  wanted: {
    admins: [{ group: 'shop-leads' }, { user: PEOPLE.owner.subject }],
    viewers: [{ user: 'auditor@example.com' }],
  },
};

export async function openFleet(stand: Stand, prefix: string, count: number): Promise<Fleet> {
  const source = `${prefix}-source`;
  const names = Array.from({ length: count }, (_, index) => `${prefix}-${String(index + 1).padStart(2, '0')}`);
  const environment = 'dev';
  const before = (name: string) =>
    stand.request(name, {
      tier: 'dev',
      environment,
      purpose: 'before',
      labels: { 'example.com/stays': 'a', 'example.com/changes': 'a', 'example.com/goes': 'a' },
      annotations: { 'example.com/stays': 'a', 'example.com/changes': 'a', 'example.com/goes': 'a' },
      members: members.before,
      network: { egressTo: [{ cidr: '203.0.113.0/24', ports: PORTS }], sharedServices: ['registry'] },
      quota: { 'limits.cpu': '1' },
      leaseDays: 20,
    });
  const wanted = (name: string) =>
    stand.request(name, {
      tier: 'staging',
      environment,
      purpose: 'wanted',
      labels: { 'example.com/stays': 'a', 'example.com/changes': 'b', 'example.com/comes': 'b' },
      annotations: { 'example.com/stays': 'a', 'example.com/changes': 'b', 'example.com/comes': 'b' },
      members: members.wanted,
      network: {
        profile: 'open-egress',
        ingressFrom: [{ namespace: source }],
        sharedServices: ['registry', 'telemetry'],
      },
      quota: { 'limits.cpu': '3' },
      leaseDays: 40,
    });
  const owner = stand.clientOf(PEOPLE.owner, PATIENCE_MS);
  const lead = stand.clientOf(PEOPLE.lead, PATIENCE_MS);
  await stand.submit(source, { tier: 'dev', environment });
  await Promise.all(names.map((name) => owner.submit(before(name), { requestId: `${name}-1` })));
  await stand.untilAll([source, ...names], ['ready']);
  return {
    names,
    source,
    before,
    wanted,
    third: (name) => ({ ...wanted(name), tier: 'dev' }),
    async changeByPolicy(name, request) {
      const { awaits } = await owner.change(name, request);
      if (awaits.length > 0) throw new Error(`${name} asks ${awaits.map(({ slot }) => slot).join(', ')}`);
    },
    async change(name, request = wanted(name)) {
      await owner.change(name, request);
      await lead.decide(name, { decision: 'approve' });
    },
    async cancel(name) {
      await owner.cancel(name);
    },
    async expectWanted(name) {
      const { note, changes } = await owner.change(name, wanted(name));
      if (note === undefined) throw new Error(`${name} is not as wanted: ${JSON.stringify(changes)}`);
    },
    async end() {
      await Promise.all([owner.close(), lead.close()]);
    },
  };
}

export interface ChangeTable {
  /** Every write of the change. */
  change: EffectPoint[];
  /** Every write of its undo from the very end. */
  undo: EffectPoint[];
  /** The write of the change whose failure leads to that undo. */
  last: EffectPoint;
}

/** What the change makes anew, and what its undo does: written otherwise than what stands. */
const MADE = ['naas-allow-ingress-from', 'naas-viewers', 'naas-allow-egress-to', 'naas-developers'];

/** In the full run all; else each kind of write once, and one of each kind that makes something anew. */
export function sampleOf(points: readonly EffectPoint[]): EffectPoint[] {
  if (process.env['NAAS_FULL'] === '1') return [...points];
  const seen = new Set<string>();
  return points.filter(({ verb, resource, name }) => {
    const kind = `${verb} ${resource} ${verb === 'apply' && MADE.includes(name)}`;
    return !seen.has(kind) && seen.add(kind);
  });
}

/** What the change writes, and what its undo does, as the proxy sees it in one namespace; it is as before afterwards. */
export async function tableOf(stand: Stand, fleet: Fleet, name: string): Promise<ChangeTable> {
  const { proxy } = stand;
  const since = proxy.log.length;
  await fleet.change(name);
  await stand.untilOperation(name);
  const change = pointsOf(proxy.effects(name).filter(({ seq }) => seq >= since));
  await fleet.change(name, fleet.before(name));
  await stand.untilOperation(name);
  const last = change.findLast(({ verb }) => verb === 'delete');
  if (last === undefined) throw new Error(`the change removes nothing: ${change.map((each) => each.name).join(', ')}`);
  const rule = proxy.add({ tenant: name, ...last, fault: { mode: 'fail-after', status: 403 } });
  const again = proxy.log.length;
  await fleet.change(name);
  await stand.untilOperation(name);
  rule.lift();
  return { change, undo: pointsOf(undoCalls(stand, name, again)), last };
}

/** An undo begins by reading whether the namespace is still there; nothing else does so after the planted fault. */
function undoCalls({ proxy }: Stand, name: string, since: number) {
  const own = proxy.log.filter((call) => call.seq >= since && call.tenant === name);
  const failed = own.find(({ fault }) => fault !== undefined);
  const begun = own.find(
    (call) => call.seq > (failed?.seq ?? Infinity) && call.verb === 'read' && call.resource === 'namespaces',
  );
  if (begun === undefined) throw new Error(`no undo of ${name} was seen`);
  return own.filter((call) => call.effect && call.seq > begun.seq);
}

/** Lets the change come to its last write, breaks that once, and then holds each undo at its own place. */
export function gatherInUndo(
  stand: Stand,
  last: EffectPoint,
  places: readonly Place[],
  arrivalTimeoutMs: number,
): Gate {
  const gates = places.map((place) => {
    const opened = Promise.withResolvers<Gate>();
    const rule = stand.proxy.add({
      tenant: place.tenant,
      ...last,
      fault: { mode: 'fail-after', status: 403 },
      times: 1,
      // Not before: a change and its undo may write the same object.
      async after() {
        opened.resolve(gather(stand.proxy, [place], arrivalTimeoutMs));
        return 'reply' as const;
      },
    });
    return { rule, opened: opened.promise };
  });
  const all = (): Promise<Gate[]> => Promise.all(gates.map(({ opened }) => opened));
  return {
    async allArrived() {
      await Promise.all((await all()).map((gate) => gate.allArrived()));
    },
    pass(tenant) {
      for (const { opened } of gates) void opened.then((gate) => gate.pass(tenant));
    },
    open(how) {
      for (const { rule, opened } of gates) {
        rule.lift();
        void opened.then((gate) => gate.open(how));
      }
    },
    async sendHeld() {
      return (await Promise.all((await all()).map((gate) => gate.sendHeld()))).flat();
    },
  };
}
