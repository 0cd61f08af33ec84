// Whether a value from outside is plain JSON data of sane size, before anything walks it trustingly. Names that reach
// into JavaScript's own objects are refused as keys.

import type { Problem } from './errors.ts';
import { type FieldPath, fieldText } from './field-path.ts';
import type { Place } from './yaml-source.ts';

const MAX_DEPTH = 24;
/** A request of full size has some hundred values. */
const MAX_VALUES = 10_000;
/** No value is longer; a longer one would be carried into messages and comparisons. */
const MAX_TEXT = 64 * 1024;

const REFUSED_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** Empty when the value is plain data. Reads nothing through getters, never throws. */
export function notPlainData(value: unknown, place?: (path: FieldPath, at: 'key') => Place): Problem[] {
  const problems: Problem[] = [];
  const above = new Set<object>();
  let values = 0;
  const refuse = (path: FieldPath, why: string) => {
    const at = place?.(path, 'key');
    const where = at === undefined ? '' : `${at.file}:${at.line}:${at.column}: `;
    problems.push({
      code: 'InvalidRequest',
      message: `${where}${fieldText(path) || 'the document'}: ${why}`,
      field: fieldText(path),
      ...at,
    });
  };

  function walk(current: unknown, path: FieldPath): void {
    values += 1;
    if (values > MAX_VALUES) return;
    if (current === null || typeof current === 'boolean') return;
    if (typeof current === 'string')
      return void (current.length > MAX_TEXT && refuse(path, 'the text is far too long'));
    if (typeof current === 'number')
      return void (Number.isFinite(current) || refuse(path, `${current} is no JSON number`));
    if (typeof current !== 'object') return void refuse(path, `a ${typeof current} is no JSON value`);
    if (above.has(current)) return void refuse(path, 'it contains itself');
    if (path.length >= MAX_DEPTH) return void refuse(path, `nested deeper than ${MAX_DEPTH} levels`);
    above.add(current);
    if (Array.isArray(current)) current.forEach((item, index) => void walk(item, [...path, index]));
    else walkRecord(current, path);
    above.delete(current);
  }

  function walkRecord(record: object, path: FieldPath): void {
    const prototype: unknown = Object.getPrototypeOf(record);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
      return void refuse(path, 'it is no plain object');
    for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(record))) {
      if (REFUSED_KEYS.includes(key)) refuse([...path, key], 'this key is not known here');
      else if (!('value' in property)) refuse([...path, key], 'it is computed, not data');
      else if (property.value !== undefined) walk(property.value, [...path, key]);
    }
  }

  walk(value, []);
  if (values > MAX_VALUES) refuse([], `it holds more than ${MAX_VALUES} values`);
  return problems;
}
