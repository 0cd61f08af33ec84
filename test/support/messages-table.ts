// The messages as the Markdown table that docs/callers.md holds, from the checked-in schemas:
// `node test/support/messages-table.ts` prints it.
import { type Contract, type JsonSchema, type MessageSchema, readSchema } from './contract.ts';

export function messagesTable(): string {
  const { messages } = readSchema<Contract>('messages.json');
  const rows = Object.entries(messages)
    .sort(([, left], [, right]) => ORDER.indexOf(left.kind) - ORDER.indexOf(right.kind))
    .map(([name, { kind, input, answer }]) => `| ${kind} | \`${name}\` | ${fieldsOf(input)} | ${fieldsOf(answer)} |`);
  return ['| kind | name | payload | answer |', '|---|---|---|---|', ...rows].join('\n');
}

const ORDER: readonly MessageSchema['kind'][] = ['workflow', 'update', 'signal', 'query'];

/** More are in the schemas. */
const SHOWN = 6;

/** Those that need not be there carry a question mark. */
function fieldsOf(schema: JsonSchema | undefined): string {
  if (schema === undefined) return '—';
  const {
    properties,
    required = [],
    items,
    anyOf,
  } = schema as {
    properties?: Record<string, unknown>;
    required?: string[];
    items?: JsonSchema;
    anyOf?: JsonSchema[];
  };
  if (anyOf !== undefined) return anyOf.map(fieldsOf).join(' or ');
  if (items !== undefined) return `list of ${fieldsOf(items)}`;
  if (properties === undefined) return named(schema);
  const fields = Object.keys(properties).map((field) => `\`${field}${required.includes(field) ? '' : '?'}\``);
  return [...fields.slice(0, SHOWN), ...(fields.length > SHOWN ? ['…'] : [])].join(' ');
}

function named({ $ref, type }: JsonSchema): string {
  return typeof $ref === 'string' ? ($ref.split('.').at(-1) ?? $ref) : String(type);
}

if (process.argv[1] === import.meta.filename) console.log(messagesTable());
