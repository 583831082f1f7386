/** The middle of the sorted values, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('The median of no values is not defined: give at least one.');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median of a's time over b's time in the same round, over the rounds that both took part in. */
export function ratio(a: readonly number[], b: readonly number[]): number {
  return median(a.slice(0, b.length).map((value, round) => value / b[round]!));
}

export interface Disagreement {
  readonly index: number;
  readonly got: number | undefined;
  readonly want: number | undefined;
}

/** The first place where two results differ by more than `relative` of the largest magnitude in `want`; undefined if none. */
export function disagreement(got: readonly number[], want: readonly number[], relative: number): Disagreement | undefined {
  const scale = Math.max(...want.map(Math.abs), 1e-30);
  const length = Math.max(got.length, want.length);
  for (let index = 0; index < length; index++) {
    const difference = Math.abs((got[index] ?? Number.NaN) - (want[index] ?? Number.NaN));
    if (!(difference <= relative * scale)) return { index, got: got[index], want: want[index] };
  }
  return undefined;
}
