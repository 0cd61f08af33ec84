// Reads one YAML 1.2 or JSON document that a stranger wrote: plain data and where each part of it stands, or all
// problems at once. No anchors, aliases, tags, directives or duplicate keys; bounded in size, depth and time.
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import { NaasError, type Problem } from './errors.ts';
import { type FieldPath, fieldText } from './field-path.ts';
import { refuseAll } from './problem-list.ts';

export interface Place {
  file: string;
  line: number;
  column: number;
}

export interface YamlSource {
  value: unknown;
  /** Where a field's value stands, or its key; for a missing field the nearest thing around it. */
  place(path: FieldPath, at?: 'key' | 'value'): Place;
}

export const MAX_SOURCE_BYTES = 256 * 1024;
/** No document of ours is nested half as deep; the bound keeps the parser's recursion off the end of the stack. */
const MAX_DEPTH = 24;

export function readYaml(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problem = (message: string, offset = 0): Problem => ({
    code: 'InvalidRequest',
    message: `${file}: ${message}`,
    ...placeAt(offset),
  });

  const unreadable = whyUnreadable(text);
  if (unreadable !== undefined) throw new NaasError(problem(unreadable));
  // Duplicate keys are looked for below: the parser's own check is quadratic in the number of keys.
  const document = parse(text, lines, problem);
  const found = document.errors.map((error) => problem(plainError(error.code, error.message), error.pos[0]));
  if (document.directives?.yaml.explicit === true)
    found.push(problem('a %YAML directive is not accepted; leave it out'));
  refuseAll(found);

  const inField = (path: FieldPath, why: string, offset: number): Problem => {
    const field = fieldText(path);
    return { ...problem(`${field || 'the document'}: ${why}`, offset), ...(field === '' ? {} : { field }) };
  };
  const walk = walker(inField, found);
  const value = document.contents === null ? null : walk.read(document.contents as ParsedNode, []);
  refuseAll(found);
  return { value, place: (path, at = 'value') => placeAt(walk.offset(path, at)) };
}

function whyUnreadable(text: string): string | undefined {
  if (text.length > MAX_SOURCE_BYTES || new TextEncoder().encode(text).length > MAX_SOURCE_BYTES)
    return 'the document is larger than 256 KiB';
  if (text.includes('\0')) return 'the document holds a NUL character';
  if (text.trim() === '') return 'the document is empty';
  return deepestBracket(text) > MAX_DEPTH ? `the document is nested deeper than ${MAX_DEPTH} levels` : undefined;
}

/** An upper estimate of nesting, before anything recursive looks at the text: brackets, and `- - -` or `? ? ?` on a line. */
function deepestBracket(text: string): number {
  let open = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/[[{\]}]|^[ ]*(?:[-?][ \t]+)*/gm)) {
    if (token === '[' || token === '{') open += 1;
    else if (token === ']' || token === '}') open = Math.max(0, open - 1);
    deepest = Math.max(deepest, open, (token.match(/[-?]/g) ?? []).length);
  }
  return deepest;
}

function parse(text: string, lineCounter: LineCounter, problem: (message: string) => Problem): Document.Parsed {
  try {
    return parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      strict: true,
      uniqueKeys: false,
      prettyErrors: false,
      lineCounter,
    });
  } catch (error) {
    throw new NaasError(problem('the document cannot be read as YAML or JSON'), { cause: error });
  }
}

function plainError(code: string, message: string): string {
  return code === 'MULTIPLE_DOCS' ? 'the file holds more than one document; send one at a time' : cut(message);
}

interface Found {
  key: number;
  value: number;
}

function walker(problem: (path: FieldPath, why: string, offset: number) => Problem, found: Problem[]) {
  const offsets = new Map<string, Found>();
  const refuse = (path: FieldPath, why: string, offset: number) => {
    found.push(problem(path, why, offset));
    return null;
  };

  function read(node: ParsedNode | null, path: FieldPath, key?: number): unknown {
    const at = node?.range[0] ?? key ?? 0;
    offsets.set(pathKey(path), { key: key ?? at, value: at });
    if (node === null) return null;
    if (isAlias(node)) return refuse(path, `an alias (*${cut(node.source)}) is not accepted; write the value out`, at);
    if (node.anchor !== undefined)
      return refuse(path, `an anchor (&${cut(node.anchor)}) is not accepted; write the value out`, at);
    if (node.tag !== undefined) return refuse(path, `a tag (${cut(node.tag)}) is not accepted; leave it out`, at);
    if (path.length > MAX_DEPTH) return refuse(path, `nested deeper than ${MAX_DEPTH} levels`, at);
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item, index) => read(item as ParsedNode | null, [...path, index]));
    return isMap(node) ? readMap(node.items as unknown as { key: ParsedNode; value: ParsedNode | null }[], path) : null;
  }

  function readMap(
    items: { key: ParsedNode | null; value: ParsedNode | null }[],
    path: FieldPath,
  ): Record<string, unknown> {
    const record: Record<string, unknown> = {};
    for (const { key, value } of items) {
      const offset = key?.range[0] ?? 0;
      if (
        key === null ||
        !isScalar(key) ||
        typeof key.value !== 'string' ||
        key.anchor !== undefined ||
        key.tag !== undefined
      ) {
        refuse(path, 'a key has to be plain text; put it in quotes', offset);
        continue;
      }
      const name = key.value;
      if (Object.hasOwn(record, name)) refuse([...path, name], 'the key stands here twice', offset);
      const item = read(value, [...path, name], offset);
      // An assignment to `__proto__` would change the record instead of filling it.
      Object.defineProperty(record, name, { value: item, enumerable: true, configurable: true, writable: true });
    }
    return record;
  }

  function offset(path: FieldPath, at: keyof Found): number {
    for (let length = path.length; length > 0; length -= 1) {
      const here = offsets.get(pathKey(path.slice(0, length)));
      if (here !== undefined) return here[length === path.length ? at : 'key'];
    }
    return offsets.get(pathKey([]))?.value ?? 0;
  }

  return { read, offset };
}

/** A name, and what the parser says of it, may be as long as the document. */
function cut(text: string): string {
  return text.length <= 160 ? text : `${text.slice(0, 160)}…`;
}

function pathKey(path: FieldPath): string {
  return JSON.stringify(path);
}
