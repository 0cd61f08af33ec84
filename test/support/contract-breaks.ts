// What a build breaks of a released contract: a message that is not accepted any more, an answer that says less. Pure.

import type { Contract, JsonSchema } from './contract.ts';
import type { Definitions, Schema } from './json-schema.ts';
import { type Gap, gapsOf, type Side } from './schema-covers.ts';

/** Each names the message and its part, such as `submit input $.by: …`. */
export function breaksOf(released: Contract, current: Contract): string[] {
  return Object.entries(released.messages).flatMap(([name, before]) => {
    const now = current.messages[name];
    if (now === undefined) return [`${name} is gone`];
    if (now.kind !== before.kind) return [`${name} was of kind ${before.kind} and is of kind ${now.kind}`];
    return [
      ...said(`${name} input`, inputBreaks(sides(released, current, before.input, now.input))),
      ...said(`${name} answer`, answerBreaks(sides(released, current, before.answer, now.answer))),
    ];
  });
}

interface Sides {
  before: Side | undefined;
  now: Side | undefined;
}

/** Whatever the released build accepted is still accepted. */
function inputBreaks({ before, now }: Sides): Gap[] {
  if (before === undefined && now === undefined) return [];
  if (before === undefined) return [{ path: '$', what: 'it takes an input now' }];
  if (now === undefined) return [{ path: '$', what: 'it takes no input any more' }];
  return gapsOf(now, before);
}

/**
 * Whatever is answered now can be read by who knows the released answers: every field is still there and of its type. Lists of
 * words are open: callers are told to expect new ones.
 */
function answerBreaks({ before, now }: Sides): Gap[] {
  if (before === undefined) return [];
  if (now === undefined) return [{ path: '$', what: 'it gives no answer any more' }];
  return gapsOf({ schema: open(before.schema), definitions: openAll(before.definitions) }, now);
}

function openAll(definitions: Definitions): Definitions {
  return Object.fromEntries(Object.entries(definitions).map(([ref, schema]) => [ref, open(schema)]));
}

function open(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema), (_, value) => (isWordList(value) ? { type: 'string' } : value));
}

function isWordList(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  // A list of one word is written as that word.
  const { enum: list, const: only } = value as { enum?: unknown; const?: unknown };
  return typeof only === 'string' || (Array.isArray(list) && list.every((word) => typeof word === 'string'));
}

function sides(released: Contract, current: Contract, before?: JsonSchema, now?: JsonSchema): Sides {
  return {
    before: before && { schema: before, definitions: byRef(released) },
    now: now && { schema: now, definitions: byRef(current) },
  };
}

function byRef({ definitions }: Pick<Contract, 'definitions'>): Definitions {
  return Object.fromEntries(Object.entries(definitions).map(([name, schema]) => [`#/definitions/${name}`, schema]));
}

function said(where: string, gaps: readonly Gap[]): string[] {
  return gaps.map(({ path, what }) => `${where} ${path}: ${what}`);
}
