/** Tests of goodness of fit, independent of the library. */

/** The distribution function of a density known up to a factor, tabulated between two places, beyond which there is next to nothing. */
export function distributionOf(density: (x: number) => number, low: number, high: number): (x: number) => number {
  const steps = 20000;
  const width = (high - low) / steps;
  // Midpoints, so that a density that is infinite at an end is no harm.
  const sums = new Float64Array(steps + 1);
  for (let i = 0; i < steps; i++) sums[i + 1] = sums[i]! + density(low + (i + 0.5) * width);
  return (x) => {
    const place = Math.min(steps, Math.max(0, (x - low) / width));
    const whole = Math.min(steps - 1, Math.floor(place));
    return (sums[whole]! + (place - whole) * (sums[whole + 1]! - sums[whole]!)) / sums[steps]!;
  };
}

/** Kolmogorov and Smirnov: the largest distance between the distribution functions, times the root of the count. Above 1.95 once in a thousand. */
export function kolmogorovSmirnov(samples: readonly number[], distribution: (x: number) => number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  let largest = 0;
  sorted.forEach((x, i) => {
    const expected = distribution(x);
    largest = Math.max(largest, Math.abs(expected - i / sorted.length), Math.abs(expected - (i + 1) / sorted.length));
  });
  return largest * Math.sqrt(sorted.length);
}

/**
 * Pearson's chi-square of counts, as a number that is about normal (Wilson and Hilferty): above 3.1 once in a thousand. Outcomes that are
 * expected less than five times go together.
 */
export function chiSquare(counts: readonly number[], probabilities: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let statistic = 0;
  let classes = 0;
  let [rareCount, rareExpected] = [0, 0];
  const addClass = (count: number, expected: number): void => {
    statistic += (count - expected) ** 2 / expected;
    classes += 1;
  };
  probabilities.forEach((probability, i) => {
    const expected = probability * total;
    if (expected >= 5) return addClass(counts[i]!, expected);
    rareCount += counts[i]!;
    rareExpected += expected;
  });
  if (rareExpected >= 5) addClass(rareCount, rareExpected);
  const freedom = classes - 1;
  return (Math.cbrt(statistic / freedom) - (1 - 2 / (9 * freedom))) / Math.sqrt(2 / (9 * freedom));
}

/** How often each of the numbers 0 to `outcomes` - 1 occurs; what lies beyond counts as the last. */
export function histogram(samples: readonly number[], outcomes: number): number[] {
  const counts = Array.from({ length: outcomes }, () => 0);
  for (const sample of samples) counts[Math.min(outcomes - 1, sample)]! += 1;
  return counts;
}
