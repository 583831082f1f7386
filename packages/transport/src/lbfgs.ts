import { abs, add, all, any, concatenate, div, expandDims, full, greater, index, less, lessEqual, logicalAnd, logicalNot, maximum, mul, neg, sliceAxis, sqrt, sub, sum, where, whileLoop, zeros, type Tensor } from '@flaxon/tensor';

export interface LbfgsOptions {
  /** Ends where the gradient of every row is this short. */
  readonly gtol?: number;
  readonly maxIter?: number;
}

/** A function of rows, (n, d) to values (n) and gradients (n, d). */
export type ValueAndGradient = (x: Tensor) => readonly [Tensor, Tensor];

/** How many steps the estimate of the curvature remembers. */
const memory = 10;
/** Of the decrease that a tangent promises, the part that a step must bring (Armijo). */
const sufficient = 1e-4;
const halvings = 25;

type State = {
  readonly x: Tensor;
  readonly value: Tensor;
  readonly gradient: Tensor;
  /** The last steps and changes of the gradient, oldest first: (memory, n, d). */
  readonly steps: Tensor;
  readonly changes: Tensor;
  readonly iteration: Tensor;
};

const inner = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b), { axis: -1, keepdims: true });
const longest = (x: Tensor): Tensor => sqrt(inner(x, x));

/**
 * For every row on its own a minimum of `f` near `start`, (n, d): the limited-memory BFGS method with backtracking (Liu and Nocedal,
 * "On the limited memory BFGS method for large scale optimization", 1989). Traces to one loop; no derivative flows through it in reverse.
 */
export function lbfgs(f: ValueAndGradient, start: Tensor, { gtol = 1e-5, maxIter = 50 }: LbfgsOptions = {}): Tensor {
  const [value, gradient] = f(start);
  const none = zeros([memory, ...(start.shape as readonly number[])], start.dtype);
  const first: State = { x: start, value, gradient, steps: none, changes: none, iteration: zeros([], 'int32') };
  const isUnfinished = ({ gradient: g, iteration }: State): Tensor => logicalAnd(any(greater(longest(g), gtol)), less(iteration, maxIter));
  return whileLoop(isUnfinished, (state) => iterate(f, state, gtol), first).x;
}

function iterate(f: ValueAndGradient, { x, value, gradient, steps, changes, iteration }: State, gtol: number): State {
  const direction = neg(inverseHessianTimes(gradient, steps, changes));
  const isActive = greater(longest(gradient), gtol);
  const next = search(f, { x, value, gradient }, direction, isActive);
  const step = sub(next.x, x);
  const change = sub(next.gradient, gradient);
  const remember = (held: Tensor, last: Tensor): Tensor => concatenate([sliceAxis(held, 0, 1, memory), expandDims(last, 0)], 0);
  return { ...next, steps: remember(steps, step), changes: remember(changes, change), iteration: add(iteration, 1) };
}

/** The two loops of the method over what it remembers; pairs that show no positive curvature, and those not there yet, count for nothing. */
function inverseHessianTimes(gradient: Tensor, steps: Tensor, changes: Tensor): Tensor {
  const pairs = Array.from({ length: memory }, (_, i) => {
    const [step, change] = [index(steps, [i]), index(changes, [i])];
    const curvature = inner(step, change);
    const isUseful = greater(curvature, mul(inner(change, change), 1e-10));
    return { step, change, isUseful, inverse: where(isUseful, div(1, where(isUseful, curvature, 1)), 0) };
  });
  const weights: Tensor[] = [];
  let q = gradient;
  for (const { step, change, inverse } of pairs.toReversed()) {
    const weight = mul(inverse, inner(step, q));
    weights.unshift(weight);
    q = sub(q, mul(weight, change));
  }
  // The scale of the newest useful pair; before there is one, a first step that is not longer than 1.
  let scale = div(1, maximum(longest(gradient), 1));
  for (const { step, change, isUseful } of pairs) scale = where(isUseful, div(inner(step, change), where(isUseful, inner(change, change), 1)), scale);
  let r = mul(q, scale);
  pairs.forEach(({ step, change, inverse }, i) => {
    r = add(r, mul(step, sub(weights[i]!, mul(inverse, inner(change, r)))));
  });
  return r;
}

type Point = Pick<State, 'x' | 'value' | 'gradient'>;

/** Halves the step of each row until its value decreases enough. */
function search(f: ValueAndGradient, at: Point, direction: Tensor, isActive: Tensor): Point {
  const slope = inner(at.gradient, direction);
  const pointAt = (length: Tensor): Tensor => add(at.x, mul(where(isActive, length, 0), direction));
  const isEnough = (length: Tensor, value: Tensor): Tensor => {
    const [found, held] = [expandDims(value, -1), expandDims(at.value, -1)];
    // A difference below what the dtype can tell from 0 is none: near the minimum values say no more than that.
    const unit = mul(add(abs(held), 1), at.x.dtype === 'float64' ? 1e-15 : 1e-6);
    return lessEqual(found, add(add(held, mul(mul(length, slope), sufficient)), unit));
  };
  const whole = full([at.x.shape[0]!, 1], 1, at.x.dtype);
  const start = { length: whole, value: f(pointAt(whole))[0], trial: zeros([], 'int32') };
  const { length } = whileLoop(
    (one) => logicalAnd(logicalNot(all(isEnough(one.length, one.value))), less(one.trial, halvings)),
    (one) => {
      const shorter = where(isEnough(one.length, one.value), one.length, mul(one.length, 0.5));
      return { length: shorter, value: f(pointAt(shorter))[0], trial: add(one.trial, 1) };
    },
    start,
  );
  const x = pointAt(length);
  const [value, gradient] = f(x);
  return { x, value, gradient };
}
