// A ledger of single host names that claims are held to: who has each one, and who alone may have it again until when. It knows
// wildcards only as the list of names that they mean.
import { expect } from 'vitest';
import { type Claims, claim, drop, release } from '../../src/spec/hostname-claims.ts';
import fc from './properties.ts';

export interface Step {
  kind: 'claim' | 'claim and undo' | 'release' | 'release some';
  owner: number;
  names: string[];
  waitMs: number;
  restMs: number;
}

/** The first two are lives of one namespace; the third one of the same team, the fourth a namesake of another team. */
const OWNERS = [
  { namespace: 'shop-a', team: 'shop', incarnation: 'aaaaaaaaaaaa' },
  { namespace: 'shop-a', team: 'shop', incarnation: 'bbbbbbbbbbbb' },
  { namespace: 'shop-b', team: 'shop', incarnation: 'cccccccccccc' },
  { namespace: 'shop-a', team: 'pay', incarnation: 'dddddddddddd' },
  { namespace: 'pay-a', team: 'pay', incarnation: 'eeeeeeeeeeee' },
];
const DOMAINS = ['z', 'a.z', 'b.z', 'a.a.z', 'b.a.z', 'a.b.z'];
const HOSTS = [...DOMAINS, ...DOMAINS.flatMap((domain) => [`c.${domain}`, `c.c.${domain}`])];
const HOUR_MS = 3_600_000;

const meant = (name: string): string[] =>
  HOSTS.filter((host) => (name.startsWith('*') ? host.endsWith(name.slice(1)) : host === name));

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Step['kind'][]>('claim', 'claim', 'claim', 'claim and undo', 'release', 'release some'),
    owner: fc.nat(OWNERS.length - 1),
    names: fc.uniqueArray(fc.constantFrom(...DOMAINS, ...DOMAINS.map((domain) => `*.${domain}`)), {
      minLength: 1,
      maxLength: 3,
    }),
    waitMs: fc.nat(2 * HOUR_MS),
    restMs: fc.nat(6 * HOUR_MS),
  }),
  // Long enough for lives to meet, whatever size the run prefers.
  { minLength: 5, maxLength: 30, size: 'max' },
);

interface Entry {
  host: string;
  name: string;
  owner: number;
  /** undefined: held. */
  untilMs?: number;
}

export class ClaimLedger {
  #entries: Entry[] = [];
  readonly #told: { claimed: number; taken: number };

  /** Counts what came of the claims, so that a test can say that both did. */
  constructor(told: { claimed: number; taken: number }) {
    this.#told = told;
  }

  /** Does the step on the claims, and expects what the ledger says of it. */
  take({ kind, owner, names, restMs }: Step, nowMs: number, before: Claims): Claims {
    switch (kind) {
      case 'claim':
        return this.#claim(owner, names, nowMs, before);
      case 'claim and undo':
        return this.#claimAndUndo(owner, names, nowMs, before);
      case 'release':
        return this.#release(owner, undefined, nowMs, restMs, before);
      case 'release some':
        return this.#release(owner, names, nowMs, restMs, before);
      default:
        throw new Error(`no such step: ${kind satisfies never}`);
    }
  }

  /** Of what is held, each host name by one at most; and the same ones as here. */
  expectOneOwner({ claims }: Claims): void {
    const owners = new Map<string, Set<string>>();
    for (const { name, incarnation, state } of claims) {
      if (state === 'released') continue;
      for (const host of meant(name)) owners.set(host, (owners.get(host) ?? new Set()).add(incarnation));
    }
    expect([...owners.values()].filter((each) => each.size > 1)).toEqual([]);
    const here = this.#entries.filter(({ untilMs }) => untilMs === undefined).map(({ host }) => host);
    expect(new Set(owners.keys())).toEqual(new Set(here));
  }

  #claim(owner: number, names: string[], nowMs: number, before: Claims): Claims {
    const result = claim(before, { ...ownerAt(owner), names, nowMs });
    const blocked = names.filter((name) => meant(name).some((host) => this.#isClosed(host, owner, nowMs)));
    this.#told['taken' in result ? 'taken' : 'claimed'] += 1;
    if ('taken' in result) {
      expect(new Set(result.taken.map(({ name }) => name))).toEqual(new Set(blocked));
      return before;
    }
    expect(blocked).toEqual([]);
    if (!('claims' in result)) throw new Error(`neither claimed nor taken: ${JSON.stringify(result)}`);
    for (const name of names) {
      this.#entries = this.#entries.filter(
        (each) => !(each.untilMs === undefined && each.owner === owner && each.name === name),
      );
      this.#entries.push(...meant(name).map((host) => ({ host, name, owner })));
    }
    return result.claims;
  }

  /** A failed operation: what it had claimed anew is given back, and nothing else has changed. */
  #claimAndUndo(owner: number, names: string[], nowMs: number, before: Claims): Claims {
    const { incarnation } = ownerAt(owner);
    const added = names.filter(
      (name) =>
        !before.claims.some((each) => each.state === 'held' && each.name === name && each.incarnation === incarnation),
    );
    const result = claim(before, { ...ownerAt(owner), names, nowMs });
    if (!('claims' in result)) return before;
    const after = drop(result.claims, { names: added, incarnation });
    expect(after.claims).toEqual(
      before.claims.filter((each) => each.state === 'held' || Date.parse(each.freeAfter) > nowMs),
    );
    return after;
  }

  #release(owner: number, names: string[] | undefined, nowMs: number, restMs: number, before: Claims): Claims {
    const untilMs = Math.ceil((nowMs + restMs) / 1000) * 1000;
    this.#entries = this.#entries.map((each) =>
      each.untilMs === undefined && each.owner === owner && (names?.includes(each.name) ?? true)
        ? { ...each, untilMs }
        : each,
    );
    const some = names === undefined ? {} : { names };
    return release(before, { ...some, incarnation: ownerAt(owner).incarnation, freeAfterMs: nowMs + restMs, nowMs });
  }

  #isClosed(host: string, owner: number, nowMs: number): boolean {
    return this.#entries.some((each) => {
      if (each.host !== host || each.owner === owner) return false;
      if (each.untilMs === undefined) return true;
      const [mine, theirs] = [ownerAt(owner), ownerAt(each.owner)];
      return each.untilMs > nowMs && (mine.namespace !== theirs.namespace || mine.team !== theirs.team);
    });
  }
}

function ownerAt(index: number): (typeof OWNERS)[number] {
  const owner = OWNERS[index];
  if (owner === undefined) throw new Error(`no owner ${index}`);
  return owner;
}
