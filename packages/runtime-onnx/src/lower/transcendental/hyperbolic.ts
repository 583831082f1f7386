/** Hyperbolic functions, their inverses and `tan`: operators or decompositions in float32, by what they cost; decompositions in float64, which has no kernels. */
import { abs, add, div, exp, lessThan, log, mul, scalar, sqrt, sub, unary, where, withNumber } from '../../emit/arithmetic.js';
import type { GraphBuilder } from '../../graph/builder.js';
import type { Value } from '../../graph/graph.js';
import { assumedElements, cheaper } from '../../cost/cost-table.js';
import type { ElementwiseNodes } from '../context.js';
import { hasKernel, type KernelName } from '../kernel-support.js';
import { expm1, log1p, square, withSign } from './exponential.js';
import { callElementwise, operatorsOf } from './local-function.js';

/** The operator where there is a kernel that is not dearer, else a local function of that name: `Tan` takes twice the time of `Sin`, `Cos` and `Div`. */
export const operatorOr = (op: KernelName, decomposition: (b: GraphBuilder, x: Value) => Value): ElementwiseNodes => (b, [x]) => {
  if (hasKernel(op, x!.dtype, b.opset)) {
    const work = { dtype: x!.dtype, elements: assumedElements(x!.shape) };
    const choice = cheaper(b.device, work, [{ name: 'operator', operators: [op] }, { name: 'decomposition', operators: operatorsOf(b, x!, decomposition) }]);
    if (choice.name === 'operator') return unary(b, op, x!);
  }
  return callElementwise(b, op, x!, decomposition);
};

/** (e / 2) e for e = exp(|x| / 2): no overflow before the result's own. */
function halfExponential(b: GraphBuilder, x: Value): { readonly root: Value; readonly half: Value } {
  const root = exp(b, withNumber(b, 'Mul', abs(b, x), 0.5));
  return { root, half: mul(b, withNumber(b, 'Mul', root, 0.5), root) };
}

function sinh(b: GraphBuilder, x: Value): Value {
  const size = abs(b, x);
  const t = expm1(b, [size]);
  const near = withNumber(b, 'Mul', add(b, t, div(b, t, withNumber(b, 'Add', t, 1))), 0.5);
  return withSign(b, where(b, lessThan(b, size, 20), near, halfExponential(b, x).half), x);
}

function cosh(b: GraphBuilder, x: Value): Value {
  const { root, half } = halfExponential(b, x);
  return add(b, half, div(b, scalar(b, x.dtype, 0.5), square(b, root)));
}

/** From here on x^2 + 1 and x^2 are the same number. */
const large = 2 ** 28;
const logOfDouble = (b: GraphBuilder, x: Value): Value => withNumber(b, 'Add', log(b, x), Math.LN2);

function asinh(b: GraphBuilder, x: Value): Value {
  const size = abs(b, x);
  const squared = square(b, size);
  const root = withNumber(b, 'Add', sqrt(b, withNumber(b, 'Add', squared, 1)), 1);
  const near = log1p(b, [add(b, size, div(b, squared, root))]);
  return withSign(b, where(b, lessThan(b, size, large), near, logOfDouble(b, size)), x);
}

function acosh(b: GraphBuilder, x: Value): Value {
  const t = withNumber(b, 'Sub', x, 1);
  const near = log1p(b, [add(b, t, sqrt(b, mul(b, t, withNumber(b, 'Add', t, 2))))]);
  const inside = where(b, lessThan(b, x, large), near, logOfDouble(b, x));
  return where(b, lessThan(b, x, 1), scalar(b, x.dtype, NaN), inside);
}

function atanh(b: GraphBuilder, x: Value): Value {
  const size = abs(b, x);
  const ratio = div(b, add(b, size, size), sub(b, scalar(b, x.dtype, 1), size));
  return withSign(b, withNumber(b, 'Mul', log1p(b, [ratio]), 0.5), x);
}

const tan = (b: GraphBuilder, x: Value): Value => div(b, unary(b, 'Sin', x), unary(b, 'Cos', x));

export const hyperbolic = { sinh: operatorOr('Sinh', sinh), cosh: operatorOr('Cosh', cosh) } as const;
export const areaHyperbolic = { asinh: operatorOr('Asinh', asinh), acosh: operatorOr('Acosh', acosh), atanh: operatorOr('Atanh', atanh) } as const;
export const tangent: ElementwiseNodes = operatorOr('Tan', tan);
