// The checked-in schemas of the messages: their form, and how to read them. It generates and compares nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/paths.mjs';

export type JsonSchema = { [keyword: string]: unknown };

export interface MessageSchema {
  kind: 'workflow' | 'update' | 'signal' | 'query';
  /** Absent: it takes none. */
  input?: JsonSchema;
  /** Absent: it gives none. */
  answer?: JsonSchema;
}

export interface Contract {
  $schema: string;
  $comment: string;
  messages: Record<string, MessageSchema>;
  /** `input.X` lists all fields that are accepted; in an `answer.X` more fields may come. */
  definitions: Record<string, JsonSchema>;
}

export const SCHEMAS = join(ROOT, 'schemas');

export function readSchema<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(SCHEMAS, ...path), 'utf8')) as T;
}
