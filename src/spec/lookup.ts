// One entry of a record by a name that somebody else chose.

/** Own keys only: a request may name anything, `constructor` too. */
export function lookup<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
