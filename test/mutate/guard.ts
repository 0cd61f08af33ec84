// What a guard of the list is: a place in the product that a promise hangs on, and the tests that have to miss it. Pure.
import { stripTypeScriptTypes } from 'node:module';

export interface Guard {
  /** Unique, in kebab case: `--only` takes it. */
  name: string;
  /** Under src/. */
  file: string;
  /** Stands there exactly once; an entry whose place has moved on is an error, never a silent pass. */
  find: string;
  /** The same place without the guard. */
  replace: string;
  /** Of which one has to fail. */
  tests: readonly string[];
  /** That they need. `shared`: they only borrow the certificate of the embedded platform; `own`: they leave things on it. */
  servers: 'none' | 'shared' | 'own';
  /** Parts of the full names of the tests to run, because a whole file of stories on real servers takes minutes. */
  titled?: readonly string[];
}

/** Guards of one file, each with what is its own. */
export function guardsOf(
  file: string,
  kept: Pick<Guard, 'servers' | 'tests' | 'titled'>,
  guards: Record<string, Partial<Pick<Guard, 'servers' | 'tests' | 'titled'>> & Pick<Guard, 'find' | 'replace'>>,
): Guard[] {
  return Object.entries(guards).map(([name, guard]) => ({ name, file, ...kept, ...guard }));
}

/** The source without the guard; throws where the place is not there exactly once, or what is left is no program. */
export function without({ name, file, find, replace }: Guard, source: string): string {
  const places = source.split(find).length - 1;
  if (places !== 1) throw new Error(`${name}: its place stands ${places} times in ${file}, not once; mend the entry`);
  if (find === replace) throw new Error(`${name}: it replaces its place in ${file} by itself`);
  const mutant = source.replace(find, () => replace);
  try {
    stripTypeScriptTypes(mutant);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${name}: what is left of ${file} is no program: ${why}`, { cause });
  }
  return mutant;
}
