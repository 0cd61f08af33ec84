// One check of `naas doctor`, and the guard that turns whatever it throws into its answer.

export interface Check {
  name: string;
  state: 'ok' | 'warning' | 'missing';
  found: string;
  /** A command, or a sentence to act on; absent when all is well. */
  mend?: string;
}

/** Every look at a server or program is given up after this, so that the whole is too. */
export const LOOK_MS = 5_000;

export async function look(name: string, mend: string, find: () => Promise<Omit<Check, 'name'>>): Promise<Check> {
  try {
    return { name, ...(await find()) };
  } catch (error) {
    return { name, state: 'missing', found: said(error), mend };
  }
}

export function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
