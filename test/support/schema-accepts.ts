// Whether a schema surely lets one value through. Pure, and for values of enums and constants: what it does not understand it
// takes for a refusal.
import { isDeepStrictEqual } from 'node:util';
import { assertionsOf, type Definitions, deref, type Schema, typesOf, valuesOf } from './json-schema.ts';

export function accepts(schema: Schema, value: unknown, definitions: Definitions): boolean {
  const here = deref(schema, definitions);
  if (typeof here === 'boolean') return here;
  return Object.entries(assertionsOf(here)).every(([keyword, wanted]) => {
    switch (keyword) {
      case 'type':
        return typesOf(here).some((type) => isOfType(type, value));
      case 'enum':
      case 'const':
        return valuesOf({ [keyword]: wanted })?.some((each) => isDeepStrictEqual(each, value)) ?? false;
      case 'anyOf':
        return (wanted as Schema[]).some((branch) => accepts(branch, value, definitions));
      default:
        return bears(keyword, wanted, value);
    }
  });
}

/** Keywords that look at values of one type only, and pass over all others. */
function bears(keyword: string, wanted: unknown, value: unknown): boolean {
  switch (keyword) {
    case 'minLength':
      return typeof value !== 'string' || [...value].length >= Number(wanted);
    case 'maxLength':
      return typeof value !== 'string' || [...value].length <= Number(wanted);
    case 'pattern':
      return typeof value !== 'string' || new RegExp(String(wanted), 'u').test(value);
    case 'minimum':
      return typeof value !== 'number' || value >= Number(wanted);
    case 'maximum':
      return typeof value !== 'number' || value <= Number(wanted);
    case 'properties':
    case 'required':
    case 'additionalProperties':
    case 'items':
      return typeof value !== 'object' || value === null;
    default:
      return false;
  }
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
