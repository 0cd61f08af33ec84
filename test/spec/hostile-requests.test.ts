// Whatever a stranger sends is either refused with the field that is wrong, or comes to a plan of allowed objects alone: as
// data, the way of Temporal, and as text, the way of `-f FILE`. Nothing else is ever thrown, and nothing outlives it.
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { plan } from '../../src/plan/index.ts';
import { outsideClosedList } from '../../src/plan/kinds.ts';
import { NaasError, type Problem } from '../../src/spec/errors.ts';
import { type NamespaceRequest, parseRequest, parseRequestText } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import { strangeObjects } from '../support/allowed-objects.ts';
import { prove } from '../support/generated-cases.ts';
import { comesFrom, hostileDocuments, hostileRequests } from '../support/hostile-requests.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';

const catalog = shippedCatalog();
const tally = { planned: 0, refused: 0 };

/** Generous for two cores that do something else besides; a full run takes a minute and a half. */
const PATIENCE_MS = 600_000;

afterAll(() => console.log(`hostile requests: ${tally.refused} refused, ${tally.planned} planned`));

type Outcome = { problems: Problem[] } | { strange: string[] };

function outcomeOf(parse: () => NamespaceRequest): Outcome {
  try {
    const spec = resolve(parse(), catalog, { cluster: 'local' });
    const objects = plan(spec).resources.map((resource) => resource.object);
    tally.planned += 1;
    const outside = outsideClosedList(spec.name, objects).map((problem) => problem.message);
    return { strange: [...outside, ...strangeObjects(spec.name, objects)] };
  } catch (error) {
    // Anything else is a crash: it fails the case with its stack.
    if (!(error instanceof NaasError)) throw error;
    tally.refused += 1;
    return { problems: error.problems };
  }
}

/** A request is told what is wrong with it in at most this much: it is recorded, sent, logged and printed. */
const MOST_BYTES = 100_000;

function badlyRefused(problems: readonly Problem[]): string[] {
  const bytes = JSON.stringify(problems).length;
  return [
    ...(problems.length === 0 ? ['refused without a problem'] : []),
    ...(problems.length > 51 ? [`${problems.length} problems`] : []),
    ...(bytes > MOST_BYTES ? [`problems of ${bytes} bytes`] : []),
    ...problems.filter(({ code }) => code !== 'InvalidRequest').map(({ code }) => `refused as ${code}`),
  ];
}

const PRISTINE = JSON.stringify([
  Object.getOwnPropertyNames(Object.prototype),
  Object.getOwnPropertyNames(Array.prototype),
]);

function polluted(): string[] {
  const now = JSON.stringify([
    Object.getOwnPropertyNames(Object.prototype),
    Object.getOwnPropertyNames(Array.prototype),
  ]);
  return now === PRISTINE && !('team' in {}) ? [] : ['a prototype was changed'];
}

/** The last one says how many more there are. */
const isRest = ({ message }: Problem): boolean => /^and \d+ more problems/.test(message);

describe('a hostile request', () => {
  it('as data is refused at its field, or comes to allowed objects alone', { timeout: PATIENCE_MS }, () => {
    prove('hostile requests as data', hostileRequests, { core: 3_000, full: 12_000 }, ({ value, touched }) => {
      // As it comes out of a payload.
      const received: unknown = JSON.parse(JSON.stringify(value) ?? 'null');
      const outcome = outcomeOf(() => parseRequest(received));
      if ('strange' in outcome) return [...outcome.strange, ...polluted()];
      const unnamed = outcome.problems.filter(
        ({ field, message }) => (field ?? '') === '' && !message.startsWith('the document'),
      );
      const blamed = outcome.problems.filter((each) => !isRest(each) && !comesFrom(touched, each.field ?? ''));
      return [
        ...badlyRefused(outcome.problems),
        ...unnamed.filter((each) => !isRest(each)).map(({ message }) => `names no field: ${message}`),
        ...blamed.map(({ message }) => `blames another field than ${JSON.stringify(touched)}: ${message}`),
        ...polluted(),
      ];
    });
  });

  it('as text is refused at its field or line, or comes to allowed objects alone', { timeout: PATIENCE_MS }, () => {
    prove('hostile requests as text', hostileDocuments, { core: 1_500, full: 12_000 }, (text) => {
      const outcome = outcomeOf(() => parseRequestText(text, 'r.yaml'));
      if ('strange' in outcome) return [...outcome.strange, ...polluted()];
      // What is no YAML has no fields yet; what the catalog refuses has no line any more.
      const placed = ({ field = '', file, line = 0, column = 0 }: Problem) =>
        field !== '' || (file === 'r.yaml' && line > 0 && column > 0);
      return [
        ...badlyRefused(outcome.problems),
        ...outcome.problems
          .filter((each) => !isRest(each) && !placed(each))
          .map(({ message }) => `says neither field nor line: ${message}`),
        ...polluted(),
      ];
    });
  });
});

/** What is refused by a limit, and the limit that refuses it. Two megabytes are as much as Temporal takes in one payload. */
const TOO_MUCH: readonly (readonly [what: string, text: string, asData: boolean, limit: string])[] = [
  ['blanks', ' '.repeat(2_000_000), false, '256 KiB'],
  ['one text', JSON.stringify({ purpose: 'x'.repeat(2_000_000) }), false, '256 KiB'],
  ['one text', JSON.stringify({ purpose: 'x'.repeat(2_000_000) }), true, 'far too long'],
  ['one key', JSON.stringify({ ['k'.repeat(2_000_000)]: 1 }), true, 'is not known'],
  ['numbers', `[${'1,'.repeat(999_999)}1]`, true, 'more than 10000 values'],
  ['empty lists', `[${'[],'.repeat(600_000)}[]]`, true, 'more than 10000 values'],
  [
    'keys',
    JSON.stringify(Object.fromEntries(Array.from({ length: 150_000 }, (_, at) => [`k${at}`, 1]))),
    true,
    '10000',
  ],
  ['levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, false, 'nested deeper than 24'],
  ['levels', `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`, true, 'nested deeper than 24'],
  ['aliases of aliases', laughs(9), false, 'an anchor (&a0) is not accepted'],
  ['aliases in a line', `a: &a x\nb: [${'*a,'.repeat(60_000)}*a]`, false, 'an alias (*a) is not accepted'],
  ['merges', `a: &a {b: c}\n${'<<: *a\n'.repeat(30_000)}`, false, 'an anchor (&a) is not accepted'],
  ['tags', `a: [${'!x y,'.repeat(40_000)}z]`, false, '!x'],
];

/** Nine levels are a gigabyte of values in 300 bytes. */
function laughs(levels: number): string {
  const lines = ['a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]'];
  for (let level = 1; level <= levels; level += 1)
    lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
  return lines.join('\n');
}

describe('far too much', () => {
  // A heap of this size is what bounds them: the largest documents themselves take a good part of it.
  const HEAP_MIB = 128;

  it.each(TOO_MUCH)(
    'of %s is refused by a limit, within little memory',
    { timeout: 60_000 },
    async (_what, text, asData, limit) => {
      const worker = new Worker(new URL('../support/refuse-in-thread.ts', import.meta.url), {
        workerData: { text, asData },
        resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
      });
      const messages = await new Promise<string[]>((done, fail) => {
        worker.once('message', done);
        worker.once('error', fail);
      });
      expect(messages.join('\n')).toContain(limit);
      expect(messages.length).toBeLessThanOrEqual(51);
    },
  );
});
