// Makes a switch over a union total: a new member does not compile until it has a case.
export function assertNever(value: never): never {
  throw new Error(`a case is missing for ${JSON.stringify(value)}`);
}
