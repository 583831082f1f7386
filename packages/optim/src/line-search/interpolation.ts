import { add, div, mul, neg, sqrt, square, sub, type Tensor } from '@flaxon/tensor';

/** A step along a line, and the value of the objective there. */
export type StepValue = { readonly stepsize: Tensor; readonly value: Tensor };

/** The same with the derivative of the value by the step. */
export type StepSlope = StepValue & { readonly slope: Tensor };

/**
 * Where the cubic polynomial through three values, with the slope of the first, has its local minimum; NaN where it has none.
 * Source: Moré and Thuente, "Line search algorithms with guaranteed sufficient decrease", 1994.
 */
export function cubicMinimum(a: StepSlope, b: StepValue, c: StepValue): Tensor {
  const [db, dc] = [sub(b.stepsize, a.stepsize), sub(c.stepsize, a.stepsize)];
  const denominator = mul(square(mul(db, dc)), sub(db, dc));
  // What remains of both values when the line through the first with its slope is taken off.
  const [rb, rc] = [sub(sub(b.value, a.value), mul(a.slope, db)), sub(sub(c.value, a.value), mul(a.slope, dc))];
  const cubic = div(sub(mul(square(dc), rb), mul(square(db), rc)), denominator);
  const quadratic = div(sub(mul(mul(square(db), db), rc), mul(mul(square(dc), dc), rb)), denominator);
  const radical = sub(square(quadratic), mul(mul(cubic, a.slope), 3));
  return add(a.stepsize, div(add(neg(quadratic), sqrt(radical)), mul(cubic, 3)));
}

/** Where the parabola through two values, with the slope of the first, is flat. */
export function quadraticMinimum(a: StepSlope, b: StepValue): Tensor {
  const db = sub(b.stepsize, a.stepsize);
  const quadratic = div(sub(sub(b.value, a.value), mul(a.slope, db)), square(db));
  return sub(a.stepsize, div(a.slope, mul(quadratic, 2)));
}
