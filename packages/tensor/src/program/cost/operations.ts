/** How many operations one equation takes: what XLA's cost analysis counts for the operation of the same meaning. */
import type { BinaryPrimitive, ComparisonPrimitive, ConvParams, Primitive, PrimitiveParams, UnaryPrimitive } from '../../primitives/params.js';
import { normalizeAxis, sizeOf, type StaticShape } from '../../shape/shape.js';

export interface Operations {
  /** Additions, multiplications, comparisons, conversions: one for each element. A product that is added up counts twice. */
  readonly flops: number;
  /** `exp`, `log`, `tanh`, `sqrt`, powers and their like, which take several of those. */
  readonly transcendentals: number;
}

/** What an equation needs to say of itself. */
export interface SizedEquation<P extends Primitive> {
  readonly inputs: readonly StaticShape[];
  readonly outputs: readonly StaticShape[];
  readonly params: PrimitiveParams[P];
}

type Rule<P extends Primitive> = (equation: SizedEquation<P>) => Operations;

/** The programs inside are counted where they run; their equation takes nothing itself. */
export type BodyPrimitive = 'call' | 'checkpoint' | 'linearCall' | 'scan' | 'whileLoop' | 'switchCase';

const flops = (count: number): Operations => ({ flops: count, transcendentals: 0 });
const nothing: Operations = flops(0);

const results = ({ outputs }: { readonly outputs: readonly StaticShape[] }): number => sizeOf(outputs[0]!);
const operands = ({ inputs }: { readonly inputs: readonly StaticShape[] }): number => sizeOf(inputs[0]!);

type AnyEquation = Pick<SizedEquation<'add'>, 'inputs' | 'outputs'>;

const free = (): Operations => nothing;
const each = (equation: AnyEquation): Operations => flops(results(equation));
const transcendental = (equation: AnyEquation): Operations => ({ flops: 0, transcendentals: results(equation) });
/** n values are combined by n - 1 operations. */
const combined = (equation: AnyEquation): Operations => flops(operands(equation) - results(equation));

const unary: { readonly [P in UnaryPrimitive]: Rule<P> } = {
  neg: each, abs: each, sign: each, floor: each, ceil: each, round: each, not: each, isNan: each,
  exp: transcendental, expm1: transcendental, log: transcendental, log1p: transcendental, sqrt: transcendental,
  sin: transcendental, cos: transcendental, tan: transcendental, asin: transcendental, acos: transcendental, atan: transcendental,
  sinh: transcendental, cosh: transcendental, tanh: transcendental, asinh: transcendental, acosh: transcendental, atanh: transcendental,
  sigmoid: transcendental, erf: transcendental, erfInv: transcendental, lgamma: transcendental, digamma: transcendental,
};

const binary: { readonly [P in BinaryPrimitive | ComparisonPrimitive]: Rule<P> } = {
  add: each, sub: each, mul: each, div: each, rem: each, max: each, min: each,
  and: each, or: each, xor: each, shiftLeft: each, shiftRightLogical: each, shiftRightArithmetic: each,
  equal: each, notEqual: each, less: each, lessEqual: each, greater: each, greaterEqual: each,
  pow: transcendental, atan2: transcendental,
};

/** Squarings, and a product for each further binary digit of the exponent. */
function productsOfPower(exponent: number): number {
  const digits = Math.abs(exponent).toString(2);
  const products = digits.length - 1 + [...digits].filter((digit) => digit === '1').length - 1;
  return Math.max(0, products) + (exponent < 0 ? 1 : 0);
}

/** Merging an axis of n elements takes log2(n) comparisons for each. (XLA takes the logarithm of all elements instead.) */
const comparisonsOfSort = (shape: StaticShape, axis: number): number => sizeOf(shape) * Math.ceil(Math.log2(Math.max(1, shape[axis]!)));

/** For one spatial axis, how often a position of the kernel meets an element and not padding or a gap. */
function meetings(operand: number, kernel: number, output: number, axis: number, { strides, padding, lhsDilation, rhsDilation }: ConvParams): number {
  const gap = lhsDilation[axis]!;
  const limit = operand === 0 ? 0 : (operand - 1) * gap + 1;
  let count = 0;
  for (let k = 0; k < kernel; k++) {
    for (let o = 0; o < output; o++) {
      const at = o * strides[axis]! - padding[axis]![0] + k * rhsDilation[axis]!;
      if (at >= 0 && at < limit && at % gap === 0) count++;
    }
  }
  return count;
}

function convolution({ inputs: [operand, kernel], outputs: [output], params }: SizedEquation<'conv'>): Operations {
  const [features, inner, ...window] = kernel!;
  const spatial = window.reduce((product, size, axis) => product * meetings(operand![axis + 2]!, size, output![axis + 2]!, axis, params), 1);
  return flops((2 * operand![0]! * features! * inner! * spatial) / params.batchGroupCount);
}

/** A transform of n complex numbers takes about 5 n log2(n) operations. */
const fourier = ({ inputs: [real], params: { axis } }: SizedEquation<'dft'>): Operations => flops(5 * sizeOf(real!) * Math.ceil(Math.log2(real![axis]!)));

/** Each window of n elements takes n - 1 operations. */
const windowed = (equation: SizedEquation<'windowSum' | 'windowSelect'>): Operations => flops(results(equation) * (sizeOf(equation.params.dimensions) - 1));

/** Of one block: 2 to begin with, 20 rounds of 5, and 5 times 3 where the key comes in; 2 for the third word of the key. */
const operationsOfThreefry = 119;

export const operationRules: { readonly [P in Exclude<Primitive, BodyPrimitive>]: Rule<P> } = {
  ...unary,
  ...binary,
  integerPow: (equation) => flops(productsOfPower(equation.params.exponent) * results(equation)),
  where: each,
  convert: each,
  stopGradient: free,
  checkpointName: free,
  optimizationBarrier: free,

  reduceSum: combined, reduceProd: combined, reduceMax: combined, reduceMin: combined,
  argMax: combined, argMin: combined,
  cumSum: each, cumProd: each,

  reshape: free, transpose: free, broadcastTo: free, concatenate: free, slice: free, split: free, pad: free, reverse: free,
  iota: free, dimension: free, dynamicSlice: free, dynamicUpdateSlice: free, gather: free,
  scatter: ({ inputs, params }) => (params.mode === 'set' ? nothing : flops(sizeOf(inputs[2]!))),
  sort: ({ inputs, params }) => flops(comparisonsOfSort(inputs[0]!, normalizeAxis(params.axis, inputs[0]!.length)!)),

  dot: (equation) => {
    const [lhs] = equation.inputs;
    const terms = equation.params.lhsContract.reduce((product, axis) => product * lhs![normalizeAxis(axis, lhs!.length)!]!, 1);
    return flops(2 * results(equation) * terms);
  },
  conv: convolution,
  dft: fourier,
  windowSum: windowed,
  windowSelect: windowed,
  takeAlong: free,
  putAlong: (equation) => flops(operands(equation)),
  threefry2x32: (equation) => flops(operationsOfThreefry * results(equation)),

  // Of one example: what the others add is theirs.
  collective: each,
  allGather: free,
  axisIndex: free,
};
