import { clip, div, maximum, mul, stopGradient, sub, sum } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';

export interface ConjugateOptions {
  readonly iterations: number;
  /** The size of the first step, and the bounds of all others. */
  readonly firstStep: number;
  readonly leastStep: number;
  readonly greatestStep: number;
  /** The box that the points stay in. */
  readonly box: { readonly low: number; readonly high: number };
}

export const conjugateDefaults = { iterations: 8, firstStep: 0.3, leastStep: 0.05, greatestStep: 2 } as const;

/** Keeps the divisor of the step size positive. Where the gradient hardly changes, or changes against the step, the longest step is taken. */
const leastCurvature = 1e-12;

/**
 * Where <x, y> - f(x) is largest, for each y: the gradient of f's convex conjugate at y. `y` and `start` are
 * (samples, dimension), `gradient` is the gradient map of f; so is the result, through which no derivative flows.
 *
 * Takes `iterations` steps x <- x - s (grad f(x) - y), each sample with its own s after Barzilai and Borwein: <dx, dx> / <dx, dgrad>
 * of the step before ("Two-point step size gradient methods", IMA J. Numer. Anal. 8, 1988), kept in bounds.
 */
export function conjugatePoint(gradient: (x: Tensor) => Tensor, y: Tensor, start: Tensor, options: ConjugateOptions): Tensor {
  const { iterations, firstStep, leastStep, greatestStep, box } = options;
  const target = stopGradient(y);
  const ascent = (x: Tensor): Tensor => sub(gradient(x), target);
  let x = stopGradient(start);
  let direction = ascent(x);
  let step: Tensor | number = firstStep;
  for (let iteration = 1; ; iteration++) {
    const next = clip(sub(x, mul(step, direction)), { min: box.low, max: box.high });
    if (iteration >= iterations) return stopGradient(next);
    const nextDirection = ascent(next);
    const move = sub(next, x);
    const change = sub(nextDirection, direction);
    const curvature = maximum(inner(move, change), leastCurvature);
    step = clip(div(inner(move, move), curvature), { min: leastStep, max: greatestStep });
    [x, direction] = [next, nextDirection];
  }
}

/** The inner product of each row of `a` with that of `b`: (samples, 1). */
function inner(a: Tensor, b: Tensor): Tensor {
  return sum(mul(a, b), { axis: -1, keepdims: true });
}
