// The messages of src/workflows/messages.ts and domain-contract.ts as JSON Schema, for callers in any language. It reads whatever they export;
// it holds no list of messages. `node test/support/message-schemas.ts` writes schemas/, with `--release VERSION` also the copy
// that later builds are held against.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type CompletedConfig,
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  type Schema,
  SchemaGenerator,
} from 'ts-json-schema-generator';
import { requestJsonSchema } from '../../src/spec/request.ts';
import { ROOT } from '../../tools/paths.mjs';
import { type Contract, type JsonSchema, type MessageSchema, SCHEMAS } from './contract.ts';

/** Of namespaces, and of domains. */
const CONTRACT = ['messages', 'domain-contract'].map((name) => join(ROOT, `src/workflows/${name}.ts`));

/** The compiler that the generator runs on: its nodes mean nothing to another version. The tree's own has no such API. */
const ts = createRequire(createRequire(import.meta.url).resolve('ts-json-schema-generator'))('typescript');

const OPTIONS: CompletedConfig = {
  ...DEFAULT_CONFIG,
  // The tree's own compiler has done that.
  skipTypeCheck: true,
  expose: 'all',
  topRef: false,
  encodeRefs: false,
};

type Node = Parameters<SchemaGenerator['createSchemaFromNodes']>[0][number];
type Program = ReturnType<typeof createProgram>;
// biome-ignore lint/suspicious/noExplicitAny: the nodes of a compiler that is loaded by hand, without its types
type Syntax = any;

export function messageSchemas(files: readonly string[] = CONTRACT, tsconfig = join(ROOT, 'tsconfig.json')): Contract {
  const config: CompletedConfig = {
    ...OPTIONS,
    path: files.length > 1 ? `{${files.join(',')}}` : files.join(),
    tsconfig,
  };
  const program = createProgram(config);
  const definitions: Record<string, JsonSchema> = {};
  const writers = {
    input: writer(program, { ...config, additionalProperties: false }, 'input', definitions),
    answer: writer(program, { ...config, additionalProperties: true }, 'answer', definitions),
  };
  const messages = Object.fromEntries(
    files
      .flatMap((file) => found(program, file))
      .map(({ name, kind, input, answer }) => [
        name,
        {
          kind,
          ...(input === undefined ? {} : { input: writers.input(input) }),
          ...(answer === undefined ? {} : { answer: writers.answer(answer) }),
        },
      ]),
  );
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $comment:
      'Generated from src/workflows/messages.ts by test/support/message-schemas.ts; docs/callers.md says how to use it.',
    messages: sorted(messages),
    definitions: sorted(definitions),
  };
}

interface Found {
  name: string;
  kind: MessageSchema['kind'];
  input?: Node;
  answer?: Node;
}

const KINDS: Record<string, MessageSchema['kind']> = {
  defineUpdate: 'update',
  defineSignal: 'signal',
  defineQuery: 'query',
};

/** Every `defineUpdate|Signal|Query<…>('name')` and every method of the interface `Workflows`. */
function found(program: Program, file: string): Found[] {
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`${file} cannot be read`);
  return [...source.statements].flatMap((statement: Syntax): Found[] => {
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === 'Workflows') {
      return [...statement.members].map(workflow);
    }
    if (!ts.isVariableStatement(statement)) return [];
    return [...statement.declarationList.declarations].flatMap(({ initializer }: Syntax) => definition(initializer));
  });
}

function definition(call: Syntax): Found[] {
  if (call === undefined || !ts.isCallExpression(call)) return [];
  const kind = KINDS[call.expression.getText()];
  if (kind === undefined) return [];
  const [name] = call.arguments;
  const types: Node[] = [...(call.typeArguments ?? [])];
  if (name === undefined || !ts.isStringLiteral(name) || types.length === 0)
    throw new Error(`no name or no types: ${call.getText()}`);
  const [answer, parameters] = kind === 'signal' ? [undefined, types[0]] : types;
  return [{ name: name.text, kind, ...present('input', onlyOne(parameters)), ...present('answer', answer) }];
}

function workflow(member: Syntax): Found {
  if (!ts.isMethodSignature(member) || member.type?.typeName?.text !== 'Promise') {
    throw new Error(`a workflow is written as a method that promises its result: ${member.getText()}`);
  }
  const [parameter, second] = member.parameters;
  if (second !== undefined) throw new Error(`a workflow takes one argument: ${member.getText()}`);
  const [answer] = member.type.typeArguments;
  return { name: member.name.text, kind: 'workflow', ...present('input', parameter?.type), answer };
}

/** Messages carry one object, so that fields can join it later. */
function onlyOne(parameters: Syntax): Node | undefined {
  if (parameters === undefined) return undefined;
  if (!ts.isTupleTypeNode(parameters) || parameters.elements.length > 1) {
    throw new Error(`a message takes one payload: ${parameters.getText()}`);
  }
  return parameters.elements[0];
}

function present<Key extends string>(key: Key, value: Node | undefined): { [K in Key]?: Node } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Node });
}

/** Writes a type's schema, puts what it refers to among the definitions, and answers the schema itself. */
function writer(
  program: Program,
  config: CompletedConfig,
  side: 'input' | 'answer',
  definitions: Record<string, JsonSchema>,
): (node: Node) => JsonSchema {
  const generator = new SchemaGenerator(program, createParser(program, config), createFormatter(config), config);
  return (node) => {
    const { $schema: _, definitions: own = {}, ...schema } = generator.createSchemaFromNodes([node]);
    for (const [name, definition] of Object.entries(own)) {
      definitions[named(side, name)] = referring(side, definition as Schema);
    }
    return referring(side, schema);
  };
}

function referring(side: string, schema: Schema): JsonSchema {
  const text = JSON.stringify(schema, (key, value) =>
    key === '$ref' ? `#/definitions/${named(side, String(value).replace('#/definitions/', ''))}` : value,
  );
  return JSON.parse(text);
}

/** Of `Record<Stage,string>` what a JSON pointer can carry as it is. */
function named(side: string, name: string): string {
  if (name.startsWith('def-')) throw new Error(`a type without a name of its own needs one: ${name}`);
  return `${side}.${name
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .join('.')}`;
}

function sorted<T>(entries: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** What stands in schemas/: by file name. */
export function schemaFiles(): Record<string, unknown> {
  return { 'messages.json': messageSchemas(), 'request.json': requestJsonSchema() };
}

function write(folder: string, files: Record<string, unknown>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
    console.log(join(folder, name));
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { release: { type: 'string' } } });
  const files = schemaFiles();
  write(SCHEMAS, files);
  if (values.release !== undefined) write(join(SCHEMAS, 'released', values.release), files);
}
