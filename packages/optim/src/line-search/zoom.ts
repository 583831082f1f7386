import { abs, add, div, equal, greater, greaterEqual, isinf, isnan, less, lessEqual, logicalAnd, logicalNot, logicalOr, maximum, minimum, mul, scalar, sub, where, whileLoop, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import { initialCount } from '../count.js';
import { treeAddScale, treeVdot, treeWhere } from '../tree-math.js';
import { evaluate, valueScalar } from '../objective.js';
import type { Objective } from '../transformation.js';
import { cubicMinimum, quadraticMinimum, type StepSlope, type StepValue } from './interpolation.js';

/** The numbers of a search; see `ScaleByZoomLinesearchOptions`. */
export interface ZoomNumbers {
  readonly maxLinesearchSteps: number;
  readonly maxLearningRate: number | null;
  readonly tol: number;
  readonly increaseFactor: number;
  readonly slopeRtol: number;
  readonly curvRtol: number;
  readonly approxDecRtol: number | null;
  readonly stepsizePrecision: number;
}

type Errors = { readonly decrease: Tensor; readonly curvature: Tensor };

type Accepted = StepValue & { readonly grad: Tree<Tensor> };

/** What both phases of the search work out from a step that was tried. */
type Outcome = {
  readonly low: StepSlope;
  readonly high: StepSlope;
  /** The third point of the cubic polynomial. */
  readonly reference: StepValue;
  /** The best step so far that decreases enough; 0 before there is one. */
  readonly safe: Accepted;
  readonly intervalFound: Tensor;
  readonly done: Tensor;
  readonly failed: Tensor;
};

type Search = Outcome & { readonly count: Tensor; readonly point: StepSlope; readonly grad: Tree<Tensor>; readonly errors: Errors };

/** What a search found: a step, the value and the gradient there, and by how much the two conditions are missed. */
export type ZoomResult = { readonly stepsize: Tensor; readonly value: Tensor; readonly grad: Tree<Tensor>; readonly count: Tensor; readonly errors: Errors };

/**
 * A step along `direction` from `params` that decreases the objective enough and leaves little slope: first ever longer steps until one of
 * them must lie between two, then the interval between those is narrowed. Source: Nocedal and Wright, "Numerical optimization", 1999,
 * algorithms 3.5 and 3.6; near a minimum the condition of Hager and Zhang, "Algorithm 851: CG_DESCENT", 2006. One loop that evaluates the
 * objective once a turn.
 */
export function zoomLinesearch(direction: Tree<Tensor>, params: Tree<Tensor>, objective: Objective, guess: Tensor, dtype: Dtype, numbers: ZoomNumbers): ZoomResult {
  const { grad, valueFn } = objective;
  const zero = scalar(0, dtype);
  const initial: StepSlope = { stepsize: zero, value: valueScalar(objective.value, dtype), slope: valueScalar(treeVdot(direction, grad), dtype) };
  const infinite = scalar(Infinity, dtype);
  const no = scalar(false, 'bool');
  const start: Search = {
    count: initialCount(),
    point: initial,
    grad,
    errors: { decrease: infinite, curvature: infinite },
    low: initial,
    high: initial,
    reference: { stepsize: zero, value: initial.value },
    safe: { stepsize: zero, value: initial.value, grad },
    intervalFound: no,
    done: no,
    failed: no,
  };
  const turn = (search: Search): Search => {
    const longest = nextLonger(search, guess, numbers);
    const stepsize = where(search.intervalFound, between(search), longest.stepsize);
    const [value, gradient] = evaluate(valueFn, treeAddScale(params, stepsize, direction), dtype);
    const point: StepSlope = { stepsize, value, slope: valueScalar(treeVdot(gradient, direction), dtype) };
    const errors = errorsAt(point, initial, numbers);
    const tried: Tried = { point, grad: gradient, errors };
    const outcome = treeWhere(search.intervalFound, narrowed(search, tried, numbers), widened(search, tried, longest.isReached, numbers));
    return { ...outcome, count: add(search.count, 1), point, grad: gradient, errors };
  };
  const { count, point, grad: last, errors, safe, failed } = whileLoop(({ done, failed: gaveUp }: Search) => logicalNot(logicalOr(done, gaveUp)), turn, start);
  // Without a step that satisfies both conditions: the best that decreases enough; none at all where values are not finite.
  const takeSafe = logicalAnd(failed, logicalOr(greater(safe.stepsize, 0), isinf(errors.decrease)));
  return { ...treeWhere(takeSafe, safe, { stepsize: point.stepsize, value: point.value, grad: last }), count, errors };
}

type Tried = { readonly point: StepSlope; readonly grad: Tree<Tensor>; readonly errors: Errors };

/** How far a condition is from being met, from 0 on; infinite where that is not known. */
const violation = (error: Tensor): Tensor => where(isnan(error), Infinity, maximum(error, 0));

function errorsAt(point: StepSlope, initial: StepSlope, { slopeRtol, curvRtol, approxDecRtol }: ZoomNumbers): Errors {
  const gain = sub(point.value, initial.value);
  const armijo = sub(gain, mul(mul(point.stepsize, slopeRtol), initial.slope));
  const curvature = violation(sub(abs(point.slope), mul(abs(initial.slope), curvRtol)));
  if (approxDecRtol === null) return { decrease: violation(armijo), curvature };
  // Close to a minimum values hardly differ; slopes still do.
  const bySlope = sub(point.slope, mul(initial.slope, 2 * slopeRtol - 1));
  const approximate = maximum(bySlope, sub(gain, mul(abs(initial.value), approxDecRtol)));
  return { decrease: violation(minimum(approximate, armijo)), curvature };
}

/** The next step of the first phase, and whether it is as long as steps may be. */
function nextLonger({ count, point }: Search, guess: Tensor, { increaseFactor, maxLearningRate }: ZoomNumbers): { readonly stepsize: Tensor; readonly isReached: Tensor } {
  const stepsize = where(equal(count, 0), guess, mul(point.stepsize, increaseFactor));
  if (maxLearningRate === null) return { stepsize, isReached: scalar(false, 'bool') };
  return { stepsize: minimum(stepsize, maxLearningRate), isReached: greaterEqual(stepsize, maxLearningRate) };
}

/** The next step of the second phase: where a cubic polynomial or a parabola is least, unless that is too near to an end; else the middle. */
function between({ low, high, reference }: Search): Tensor {
  const length = abs(sub(high.stepsize, low.stepsize));
  const [left, right] = [minimum(high.stepsize, low.stepsize), maximum(high.stepsize, low.stepsize)];
  const isInside = (stepsize: Tensor, part: number): Tensor => logicalAnd(greater(stepsize, add(left, mul(length, part))), less(stepsize, sub(right, mul(length, part))));
  const [cubic, quadratic] = [cubicMinimum(low, high, reference), quadraticMinimum(low, high)];
  return where(isInside(cubic, 0.2), cubic, where(isInside(quadratic, 0.1), quadratic, div(add(low.stepsize, high.stepsize), 2)));
}

const isGood = ({ decrease, curvature }: Errors, tol: number): Tensor => lessEqual(maximum(decrease, curvature), tol);

/** The first phase: the interval is found once the step went too far, by its value or by its slope. */
function widened({ count, point: previous, safe }: Search, { point, grad, errors }: Tried, isLongestStep: Tensor, { tol, maxLinesearchSteps }: ZoomNumbers): Outcome {
  const isTooFar = logicalOr(greater(errors.decrease, 0), logicalAnd(greaterEqual(point.value, previous.value), greater(count, 0)));
  const isPast = logicalAnd(greaterEqual(point.slope, 0), logicalNot(isTooFar));
  const good = isGood(errors, tol);
  const intervalFound = logicalOr(logicalOr(isTooFar, isPast), good);
  const done = logicalOr(good, logicalAnd(isLongestStep, logicalNot(intervalFound)));
  const low = treeWhere(isPast, point, previous);
  return {
    low,
    high: treeWhere(isPast, previous, point),
    reference: { stepsize: low.stepsize, value: low.value },
    safe: treeWhere(lessEqual(errors.decrease, tol), { stepsize: point.stepsize, value: point.value, grad }, safe),
    intervalFound,
    done,
    failed: logicalAnd(greaterEqual(add(count, 1), maxLinesearchSteps), logicalNot(done)),
  };
}

/** The second phase: the step becomes one end of the interval. */
function narrowed({ count, low, high, safe: held }: Search, { point, grad, errors }: Tried, { tol, maxLinesearchSteps, stepsizePrecision }: ZoomNumbers): Outcome {
  const isWorse = logicalOr(greater(errors.decrease, 0), greaterEqual(point.value, low.value));
  const turnsBack = logicalAnd(greaterEqual(mul(point.slope, sub(high.stepsize, low.stepsize)), 0), logicalNot(isWorse));
  const isSafer = logicalAnd(lessEqual(errors.decrease, tol), less(point.value, held.value));
  const safe: Accepted = treeWhere(isSafer, { stepsize: point.stepsize, value: point.value, grad }, held);
  const done = isGood(errors, tol);
  const isNarrow = logicalAnd(lessEqual(abs(sub(high.stepsize, low.stepsize)), stepsizePrecision), greater(safe.stepsize, 0));
  const isLast = greaterEqual(add(count, 1), maxLinesearchSteps);
  return {
    low: treeWhere(isWorse, low, point),
    high: treeWhere(isWorse, point, treeWhere(turnsBack, low, high)),
    reference: treeWhere(logicalOr(isWorse, turnsBack), { stepsize: high.stepsize, value: high.value }, { stepsize: low.stepsize, value: low.value }),
    safe,
    intervalFound: scalar(true, 'bool'),
    done,
    failed: logicalAnd(logicalOr(isLast, isNarrow), logicalNot(done)),
  };
}
