import { expect } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';

export type TensorFunction = (...args: Tensor[]) => Tensor;

/** A generator of repeatable numbers (mulberry32), independent of the library's own. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const like = (x: Tensor, next: () => number): Tensor => fx.tensor(Float64Array.from({ length: x.size }, () => next() * 2 - 1), { shape: x.staticShape() });

export const numbersOf = (x: Tensor): number[] => Array.from(x.data() as Float64Array);

const along = (args: readonly Tensor[], directions: readonly Tensor[], step: number): Tensor[] => args.map((x, i) => fx.add(x, fx.mul(directions[i]!, step)));

/** The derivative of `f` along directions, by central differences with Richardson's extrapolation. */
export function differences(f: TensorFunction, args: readonly Tensor[], directions: readonly Tensor[], step = 1e-4): number[] {
  const central = (h: number): number[] => {
    const [high, low] = [numbersOf(f(...along(args, directions, h))), numbersOf(f(...along(args, directions, -h)))];
    return high.map((value, i) => (value - low[i]!) / (2 * h));
  };
  const [wide, narrow] = [central(2 * step), central(step)];
  return narrow.map((value, i) => (4 * value - wide[i]!) / 3);
}

export function expectClose(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(found.length).toBe(wanted.length);
  const scale = Math.max(1, ...wanted.filter(Number.isFinite).map(Math.abs));
  found.forEach((value, i) => {
    if (Number.isNaN(wanted[i]!)) expect(value).toBeNaN();
    else if (!Number.isFinite(wanted[i]!)) expect(value).toBe(wanted[i]);
    else expect(Math.abs(value - wanted[i]!), `element ${i}: found ${value}, wanted ${wanted[i]}`).toBeLessThanOrEqual(tolerance * scale);
  });
}

const inner = (a: Tensor, b: Tensor): number => numbersOf(a).reduce((sum, value, i) => sum + value * numbersOf(b)[i]!, 0);

/**
 * The rules every differentiable function keeps, at a float64 point: forward mode agrees with differences, reverse mode with
 * forward mode, `linearize` with both, `vmap` with one example after the other, and the same again for the derivative.
 */
export function checkDerivatives(f: TensorFunction, args: readonly Tensor[], { seed = 1, tolerance = 1e-6, second = true }: { seed?: number; tolerance?: number; second?: boolean } = {}): void {
  const next = randomNumbers(seed);
  const directions = args.map((x) => like(x, next));
  const [value, tangent] = fx.jvp(f, [...args], directions);
  expectClose(numbersOf(tangent), differences(f, args, directions), tolerance);

  const cotangent = like(value, next);
  const [, back] = fx.vjp(f, ...args);
  const gradients = back(cotangent) as Tensor[];
  const [fromForward, fromReverse] = [inner(tangent, cotangent), gradients.reduce((sum, gradient, i) => sum + inner(gradient, directions[i]!), 0)];
  expectClose([fromReverse], [fromForward], 1e-9);

  const [, linear] = fx.linearize(f, ...args);
  expectClose(numbersOf(linear(...directions)), numbersOf(tangent), 1e-12);

  const stacked = args.map((x, i) => fx.stack([x, fx.add(x, fx.mul(directions[i]!, 1e-3))]));
  const batched = fx.vmap(f)(...stacked);
  const single = [0, 1].map((k) => f(...stacked.map((x) => [...x][k]!)));
  expectClose(numbersOf(batched), single.flatMap(numbersOf), 1e-12);

  if (second) checkDerivatives((...points) => fx.jvp(f, points, directions)[1], args, { seed: seed + 1, tolerance: tolerance * 100, second: false });
}
