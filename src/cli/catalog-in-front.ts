// The catalog in front of the user: the option, then the environment, then the local platform that runs. It reads, no more.
import { readCatalog } from '../config.ts';
import type { Catalog } from '../spec/catalog.ts';
import { NaasError, type Problem } from '../spec/errors.ts';
import type { Context } from './context.ts';
import { platformOf } from './session.ts';
import { UsageError } from './usage-error.ts';

export async function catalogDirOf(context: Context, given: string | undefined): Promise<string | undefined> {
  return given ?? (context.terminal.env['NAAS_CATALOG'] || (await platformOf(context))?.catalogDir);
}

/** Living namespaces are never held against the catalog that naas ships as an example. */
export async function catalogInFront(context: Context, given: string | undefined): Promise<Catalog> {
  const dir = await catalogDirOf(context, given);
  if (dir === undefined) throw new UsageError('name the catalog to compare with: --catalog DIR or NAAS_CATALOG');
  return readCatalogAt(dir);
}

/** A folder that is not there is a slip of whoever named it. */
export function readCatalogAt(dir: string): Catalog {
  try {
    return readCatalog(dir);
  } catch (error) {
    if (error instanceof NaasError) throw new NaasError(error.problems.map(ofCatalog), { cause: error });
    const why = error instanceof Error ? error.message : String(error);
    throw new NaasError(ofCatalog({ code: 'InvalidRequest', message: `cannot read the catalog ${dir}: ${why}` }), {
      cause: error,
    });
  }
}

/** What helps against a wrong request would send people to the wrong file. */
function ofCatalog(problem: Problem): Problem {
  return { hint: 'Correct the catalog, or name another one by --catalog DIR; nothing was sent.', ...problem };
}
