// Reads a JSON file of keys. Its errors say where the file is and what ails it, never what stands in it: the parser's own would
// quote a piece of a key.
import { readFile } from 'node:fs/promises';

export async function readKeyFile(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${file} is no JSON (what it holds is not repeated here)`);
  }
}
