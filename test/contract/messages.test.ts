// The messages as a contract: the schemas say what src/workflows/messages.ts says, and nothing that was released is broken.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as domainMessages from '../../src/workflows/domain-contract.ts';
import * as workflows from '../../src/workflows/index.ts';
import * as messages from '../../src/workflows/messages.ts';
import { ROOT } from '../../tools/paths.mjs';
import { type Contract, type JsonSchema, readSchema, SCHEMAS } from '../support/contract.ts';
import { breaksOf } from '../support/contract-breaks.ts';
import { messageSchemas, schemaFiles } from '../support/message-schemas.ts';
import { gapsOf } from '../support/schema-covers.ts';

/** Reads a program of its own; on a busy machine that takes seconds. */
const PATIENCE_MS = 60_000;

const RELEASES = readdirSync(join(SCHEMAS, 'released'));

let current: Contract;
beforeAll(() => {
  current = messageSchemas();
}, PATIENCE_MS);

describe('the schemas', () => {
  it(
    'say what the code says; `node test/support/message-schemas.ts` writes them anew',
    () => {
      const files = schemaFiles();
      for (const [name, content] of Object.entries(files)) expect(readSchema(name), name).toEqual(content);
    },
    PATIENCE_MS,
  );

  it('hold every message that the workflow defines, and every workflow that the worker has', () => {
    const defined = Object.values({ ...messages, ...domainMessages }).map(({ name, type }) => [name, type]);
    const started: messages.Workflows = workflows;
    const expected = [...defined, ...Object.keys(started).map((name) => [name, 'workflow'])];
    expect(Object.fromEntries(Object.entries(current.messages).map(([name, { kind }]) => [name, kind]))).toEqual(
      Object.fromEntries(expected),
    );
  });

  it('are sound JSON Schema, each together with the definitions', () => {
    const ajv = new Ajv();
    const { definitions } = current;
    for (const [name, { input, answer }] of Object.entries(current.messages)) {
      for (const schema of [input, answer]) {
        if (schema !== undefined) expect(() => ajv.compile({ ...schema, definitions }), name).not.toThrow();
      }
    }
  });

  it('refuse what no message may hold, and leave answers open for new fields', () => {
    const ajv = new Ajv();
    const valid = (schema: JsonSchema | undefined, value: unknown): boolean =>
      ajv.validate({ ...schema, definitions: current.definitions }, value);
    const { teardown } = current.messages;
    const message = { requestId: 'r', by: { subject: 'ada@example.com' } };
    expect(valid(teardown?.input, message)).toBe(true);
    expect(valid(teardown?.input, { ...message, by: 'a.b.c', reason: 'over' })).toBe(true);
    expect(valid(teardown?.input, { ...message, more: 1 })).toBe(false);
    expect(valid(teardown?.input, { ...message, by: { subject: 5 } })).toBe(false);
    expect(valid(teardown?.input, { requestId: 'r' })).toBe(false);
    expect(valid(teardown?.answer, { phase: 'deleting', later: true })).toBe(true);
    expect(valid(teardown?.answer, { phase: 5 })).toBe(false);
  });
});

describe('since the release', () => {
  it('there is one to be held against', () => {
    expect(RELEASES.length).toBeGreaterThan(0);
  });

  it.each(RELEASES)('%s no message and no answer is broken', (version) => {
    expect(breaksOf(readSchema<Contract>('released', version, 'messages.json'), current)).toEqual([]);
  });

  it.each(RELEASES)('%s every request that was accepted still is', (version) => {
    const [before, now] = [
      readSchema<JsonSchema>('released', version, 'request.json'),
      readSchema<JsonSchema>('request.json'),
    ];
    expect(gapsOf({ schema: now, definitions: defsOf(now) }, { schema: before, definitions: defsOf(before) })).toEqual(
      [],
    );
  });
});

function defsOf(schema: JsonSchema): Record<string, JsonSchema> {
  const defs = (schema['$defs'] ?? {}) as Record<string, JsonSchema>;
  return Object.fromEntries(Object.entries(defs).map(([name, definition]) => [`#/$defs/${name}`, definition]));
}

/** A contract of its own, written where the compiler finds the packages. */
describe('a change of the messages', () => {
  const dir = join(ROOT, '.naas', `contract-${process.pid}`);
  const tsconfig = join(dir, 'tsconfig.json');
  let base: Contract;
  beforeAll(() => {
    mkdirSync(dir, { recursive: true });
    // Without the libraries of Node and of newer JavaScript, which take a second to read.
    writeFileSync(tsconfig, JSON.stringify({ compilerOptions: { strict: true, lib: ['es5'], types: [] }, files: [] }));
    base = contractOf(BASE);
  }, PATIENCE_MS);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  let written = 0;
  const contractOf = (source: string): Contract => {
    const file = join(dir, `messages-${++written}.ts`);
    writeFileSync(file, `${DECLARED}\n${source}`);
    return messageSchemas([file], tsconfig);
  };

  /** In place of the SDK's types, which take seconds to read. */
  const DECLARED = `
    declare function defineUpdate<Answer, Payload extends unknown[] = []>(name: string): [Answer, Payload];
    declare function defineSignal<Payload extends unknown[] = []>(name: string): Payload;
    declare function defineQuery<Answer, Payload extends unknown[] = []>(name: string): [Answer, Payload];`;

  const BASE = `
    type Word = 'red' | 'green';
    interface Tree { name: string; children: Tree[] }
    interface Message { id: string; colour: Word; note?: string; by: string | { subject: string } }
    export interface Answer { phase: Word; tree: Tree; digest?: string }
    export const paint = defineUpdate<Answer, [Message]>('paint');
    export const nudge = defineSignal<[Message]>('nudge');
    export const look = defineQuery<Answer | null>('look');
    export interface Workflows { painting(argument: Message): Promise<Answer> }`;

  it('is read whatever the file holds: it needs no list of messages', () => {
    expect(Object.entries(base.messages).map(([name, { kind }]) => `${kind} ${name}`)).toEqual([
      'query look',
      'signal nudge',
      'update paint',
      'workflow painting',
    ]);
    expect(base.messages['look']).not.toHaveProperty('input');
    expect(base.messages['nudge']).not.toHaveProperty('answer');
  });

  it.each<[string, (source: string) => string]>([
    ['a new message', (s) => `${s}\nexport const wash = defineUpdate<Answer, [Message]>('wash');`],
    ['a new field that may be left out', (s) => s.replace('note?: string', 'note?: string; size?: number')],
    ['a field that may be left out now', (s) => s.replace('id: string', 'id?: string')],
    ['one more accepted form', (s) => s.replace('by: string |', 'by: string | number |')],
    ['one more word', (s) => s.replace("'red' |", "'red' | 'blue' |")],
    ['a new field of an answer', (s) => s.replace('digest?: string', 'digest?: string; at: string')],
    ['a field of an answer that is always there now', (s) => s.replace('digest?: string', 'digest: string')],
    [
      'another order and other names of types',
      (s) =>
        s
          .replaceAll('Word', 'Colour')
          .replace('id: string; ', '')
          .replace('note?: string;', 'note?: string; id: string;'),
    ],
  ])(
    'breaks nothing: %s',
    (_what, change) => {
      const changed = change(BASE);
      expect(changed).not.toBe(BASE);
      expect(breaksOf(base, contractOf(changed))).toEqual([]);
    },
    PATIENCE_MS,
  );

  it.each<[string, (source: string) => string, RegExp]>([
    ['a message that is gone', (s) => s.replace("'nudge'", "'push'"), /^nudge is gone$/],
    [
      'a message of another kind',
      (s) => s.replace("defineQuery<Answer | null>('look')", "defineUpdate<Answer | null>('look')"),
      /^look was of kind query/,
    ],
    [
      'a new field that is required',
      (s) => s.replace('note?: string', 'note?: string; size: number'),
      /input \$\.size: is required/,
    ],
    ['a field that is required now', (s) => s.replace('note?: string', 'note: string'), /input \$\.note: is required/],
    [
      'a field that is not accepted any more',
      (s) => s.replace('note?: string;', ''),
      /input \$\.note: is not accepted/,
    ],
    [
      'one accepted form less',
      (s) => s.replace('string | { subject: string }', 'string'),
      /input \$\.by: object is not accepted/,
    ],
    ['a narrower type', (s) => s.replace('id: string', "id: 'a'"), /input \$\.id: only "a"/],
    ['one word less', (s) => s.replace("'red' |", ''), /input \$\.colour: "red" is not accepted/],
    ['a field of an answer that is gone', (s) => s.replace('digest?: string', ''), /answer \$\.digest: is not listed/],
    [
      'a field of an answer that may be missing',
      (s) => s.replace('phase: Word', 'phase?: Word'),
      /answer \$\.phase: is required/,
    ],
    ['a field deep in an answer', (s) => s.replace('name: string; children', 'children'), /answer \$\.tree\.name: is/],
    [
      'another type in an answer',
      (s) => s.replace('digest?: string', 'digest?: number'),
      /answer \$\.digest: number is/,
    ],
    [
      'an answer that may be nothing',
      (s) => s.replace('defineUpdate<Answer,', 'defineUpdate<Answer | null,'),
      /paint answer \$: null is/,
    ],
    [
      'a payload where there was none',
      (s) => s.replace('<Answer | null>', '<Answer | null, [Message]>'),
      /^look input \$: it takes an input now$/,
    ],
  ])(
    'is told of: %s',
    (_what, change, told) => {
      const breaks = breaksOf(base, contractOf(change(BASE)));
      expect(breaks).toContainEqual(expect.stringMatching(told));
    },
    PATIENCE_MS,
  );

  it.each<[string, string, RegExp]>([
    ['two payloads', "export const two = defineSignal<[string, string]>('two');", /one payload/],
    ['no types', "export const none = defineUpdate('none');", /no types/],
    ['a name that is computed', "const it = 'x'; export const named = defineSignal<[string]>(it);", /no name/],
  ])(
    'that cannot be read is an error: %s',
    (_what, source, why) => {
      expect(() => contractOf(source)).toThrow(why);
    },
    PATIENCE_MS,
  );
});
