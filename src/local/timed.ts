// One progress line per step, with the time that it took. It prints nothing itself.

export async function timed<T>(say: (line: string) => void, what: string, run: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await run();
  say(`  ✓ ${what} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  return result;
}
