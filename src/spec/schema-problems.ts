// Turns what a schema found into problems for people: field, line, value, what is allowed, the nearest known key. Knows
// the schema only by its issues and its JSON Schema, so that it imports no validator.
import type { Problem } from './errors.ts';
import { type FieldPath, fieldText } from './field-path.ts';
import { nearest } from './nearest.ts';
import type { Place } from './yaml-source.ts';

/** One finding of the schema; the fields of zod's issues that are read here. */
export interface SchemaIssue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly input?: unknown;
  readonly keys?: readonly string[] | undefined;
  readonly values?: readonly unknown[] | undefined;
  readonly expected?: string | undefined;
  readonly origin?: string | undefined;
  readonly minimum?: number | bigint | undefined;
  readonly maximum?: number | bigint | undefined;
  readonly issues?: readonly { readonly message: string }[] | undefined;
}

export interface JsonSchema {
  readonly properties?: Record<string, JsonSchema> | undefined;
  readonly items?: JsonSchema | undefined;
  readonly additionalProperties?: JsonSchema | boolean | undefined;
}

export interface SchemaContext {
  jsonSchema: JsonSchema;
  place?: (path: FieldPath, at: 'key' | 'value') => Place;
}

/** A value that is shown is cut here: a message is no place for a whole document. */
const SHOWN_VALUE_LENGTH = 120;

/** One problem a field, in the order of the document where that is known. */
export function problemsOf(issues: readonly SchemaIssue[], context: SchemaContext): Problem[] {
  const problems = issues.flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    if (issue.code === 'unrecognized_keys') return (issue.keys ?? []).map((key) => unknownKey(path, key, context));
    return [found(path, issue, context)];
  });
  // One value, one problem: what is too long is mostly malformed too.
  const single = new Map(problems.toReversed().map((each) => [each.field, each]));
  return [...single.values()]
    .reverse()
    .sort((left, right) => (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0));
}

function unknownKey(path: FieldPath, key: string, context: SchemaContext): Problem {
  const known = knownKeys(context.jsonSchema, path);
  const meant = nearest(key, known);
  const within = path.length === 0 ? '' : ` in ${fieldText(path)}`;
  const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean "${meant}"?`;
  const full = [...path, key];
  return problem(
    full,
    `the key "${cut(key)}" is not known${within}; ${hint}`,
    { allowed: known },
    context.place?.(full, 'key'),
  );
}

function found(path: FieldPath, issue: SchemaIssue, context: SchemaContext): Problem {
  const place = context.place?.(path, issue.code === 'invalid_key' ? 'key' : 'value');
  const field = fieldText(path) || 'the document';
  if (issue.input === undefined && issue.code !== 'custom')
    return problem(path, `${field} is missing`, allowedOf(issue), place);
  const value = shownValue(issue.input);
  const says = `${field}: ${JSON.stringify(value) ?? String(value)} ${whyNot(issue)}`;
  return problem(path, says, { value, ...allowedOf(issue) }, place);
}

function whyNot(issue: SchemaIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `is ${kindOf(issue.input)}, expected ${issue.expected ?? 'something else'}${issue.expected === 'string' && isBare(issue.input) ? '; put it in quotes' : ''}`;
    case 'invalid_value':
      return `is not one of ${(issue.values ?? []).join(', ')}`;
    case 'invalid_key':
      return `is no valid key: ${(issue.issues ?? []).map((each) => each.message).join('; ')}`;
    case 'too_small':
      return `is too ${sizeWord(issue)}; at least ${issue.minimum}${unitOf(issue)}`;
    case 'too_big':
      return `is too ${sizeWord(issue)}; at most ${issue.maximum}${unitOf(issue)}`;
    default:
      return `is not accepted: ${issue.message}`;
  }
}

function sizeWord({ origin, code }: SchemaIssue): string {
  if (origin === 'string' || origin === 'array') return code === 'too_small' ? 'short' : 'long';
  return code === 'too_small' ? 'small' : 'large';
}

function unitOf({ origin }: SchemaIssue): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' items' : '';
}

function allowedOf(issue: SchemaIssue): { allowed?: string[] } {
  return issue.values === undefined ? {} : { allowed: issue.values.map(String) };
}

function problem(path: FieldPath, message: string, more: Partial<Problem>, place: Place | undefined): Problem {
  const at = place === undefined ? '' : `${place.file}:${place.line}:${place.column}: `;
  return { code: 'InvalidRequest', message: `${at}${message}`, field: fieldText(path), ...more, ...place };
}

/** The keys that the JSON Schema knows at a path. */
function knownKeys(schema: JsonSchema, path: FieldPath): string[] {
  let here: JsonSchema | undefined = schema;
  for (const step of path) {
    const named: JsonSchema | undefined =
      typeof step === 'string' && here?.properties !== undefined && Object.hasOwn(here.properties, step)
        ? here.properties[step]
        : undefined;
    const rest: JsonSchema | undefined =
      typeof here?.additionalProperties === 'object' ? here.additionalProperties : undefined;
    here = typeof step === 'number' ? here?.items : (named ?? rest);
  }
  return Object.keys(here?.properties ?? {});
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}

function isBare(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function shownValue(value: unknown): unknown {
  if (typeof value === 'string') return cut(value);
  if (typeof value !== 'object' || value === null) return value;
  return cut(JSON.stringify(value));
}

function cut(text: string): string {
  return text.length > SHOWN_VALUE_LENGTH ? `${text.slice(0, SHOWN_VALUE_LENGTH)}…` : text;
}
