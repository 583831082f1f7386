import { ArgumentError } from '@flaxon/tensor';
import { solveAssignment } from './solve-assignment.js';

/**
 * The squared Wasserstein distance between two clouds of equally many points: the mean squared distance under the best
 * one-to-one assignment. `a` and `b` are (n, dimension), row-major. For tensors, also traced ones, there is `assignmentW2Squared`.
 *
 * @throws ArgumentError when the clouds differ in size.
 */
export function squaredWasserstein(a: Float32Array, b: Float32Array, dimension: number): number {
  if (a.length !== b.length || a.length % dimension !== 0) {
    throw new ArgumentError('squaredWasserstein', 'b', `two clouds of equally many points of ${dimension} coordinates are needed; found ${a.length} and ${b.length} numbers`);
  }
  const n = a.length / dimension;
  if (n === 0) return 0;
  const { columnOfRow } = solveAssignment(squaredDistances(...alignedMoments(a, b, n, dimension), n, dimension), n);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += squaredDistance(a, i, b, columnOfRow[i]!, dimension);
  return sum / n;
}

/**
 * The two clouds with means moved to the origin and, axis by axis, `a` stretched and `b` shrunk by the factor that makes their
 * spreads equal. The best assignment stays the same, for it only depends on the inner products <a_i - mean, b_j - mean>, and these
 * do not change; but the search for it starts near its end.
 */
function alignedMoments(a: Float32Array, b: Float32Array, n: number, dimension: number): [Float64Array, Float64Array] {
  const alignedA = Float64Array.from(a);
  const alignedB = Float64Array.from(b);
  for (let axis = 0; axis < dimension; axis++) {
    const spreadA = centre(alignedA, axis, dimension, n);
    const spreadB = centre(alignedB, axis, dimension, n);
    if (spreadA === 0 || spreadB === 0) continue;
    const stretch = Math.sqrt(spreadB / spreadA);
    for (let at = axis; at < n * dimension; at += dimension) {
      alignedA[at] = alignedA[at]! * stretch;
      alignedB[at] = alignedB[at]! / stretch;
    }
  }
  return [alignedA, alignedB];
}

/** Moves the mean of one axis to 0 in place and gives the standard deviation. */
function centre(points: Float64Array, axis: number, dimension: number, n: number): number {
  let mean = 0;
  for (let at = axis; at < points.length; at += dimension) mean += points[at]! / n;
  let variance = 0;
  for (let at = axis; at < points.length; at += dimension) {
    points[at] = points[at]! - mean;
    variance += points[at]! ** 2 / n;
  }
  return Math.sqrt(variance);
}

/** (n, n): entry (i, j) is |a_i - b_j|^2. */
function squaredDistances(a: Float64Array, b: Float64Array, n: number, dimension: number): Float64Array {
  const distances = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) distances[i * n + j] = squaredDistance(a, i, b, j, dimension);
  }
  return distances;
}

function squaredDistance(a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number, dimension: number): number {
  let sum = 0;
  for (let axis = 0; axis < dimension; axis++) {
    const difference = a[i * dimension + axis]! - b[j * dimension + axis]!;
    sum += difference * difference;
  }
  return sum;
}
