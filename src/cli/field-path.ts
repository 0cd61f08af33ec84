// The value behind a field path such as `spec.hard.requests.cpu` or `rules[0].verbs`. Pure. Keys may hold dots, so the
// longest key that fits is taken.

export function valueAt(value: unknown, path: string): unknown {
  if (path === '') return value;
  const bracket = /^\.?\[(?:(\d+)|"([^"]*)")\](.*)$/s.exec(path);
  if (bracket) {
    const [, index, key, rest] = bracket;
    return valueAt(index === undefined ? child(value, key ?? '') : child(value, Number(index)), rest ?? '');
  }
  const bare = path.startsWith('.') ? path.slice(1) : path;
  if (typeof value !== 'object' || value === null) return undefined;
  const key = Object.keys(value)
    .filter((candidate) => bare === candidate || bare.startsWith(`${candidate}.`) || bare.startsWith(`${candidate}[`))
    .sort((one, other) => other.length - one.length)[0];
  return key === undefined ? undefined : valueAt(child(value, key), bare.slice(key.length));
}

function child(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string | number, unknown>)[key];
}
