// Medians, percentiles and ratios of samples. Pure; it knows nothing of what was measured.

/** Nearest rank: a value that was really measured. `share` from 0 to 1. */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new Error('no samples: nothing was measured');
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.ceil(share * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? Number.NaN;
}

/** The mean of the middle two when there are two. */
export function median(samples: readonly number[]): number {
  if (samples.length === 0) throw new Error('no samples: nothing was measured');
  const sorted = [...samples].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Of two medians. A baseline of nothing is a mistake of the measurement, not an infinite ratio. */
export function ratio(ours: readonly number[], baseline: readonly number[]): number {
  const floor = median(baseline);
  if (!(floor > 0)) throw new Error(`the baseline's median is ${floor}: there is nothing to compare with`);
  return median(ours) / floor;
}

/** Three significant figures: more would claim a precision that no run has. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
