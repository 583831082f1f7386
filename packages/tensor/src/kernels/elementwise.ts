import { allocate, type Dtype, isFloating, type TypedArray } from '../dtype/dtype.js';
import type { BinaryPrimitive, ComparisonPrimitive, UnaryPrimitive } from '../primitives/params.js';
import { sizeOf } from '../shape/shape.js';
import type { BinaryLoop, UnaryLoop, WhereLoop } from './elementwise-loops.js';
import { binaryLoops, comparisonLoops, predicateLoops, selectLoops, unaryLoops } from './elementwise.generated.js';
import { runElementwise } from './elementwise-vectors.js';
import type { ArrayView, Kernel, KernelTable, StaticSpec } from './kernel.js';
import { allocateCompute, asSigned, asUnsigned, computeData, numberClass, storeData, unsupported } from './number-class.js';
import { broadcastNest, Odometer } from './strides.js';

type AnyUnaryLoop = UnaryLoop<TypedArray, TypedArray>;
type AnyBinaryLoop = BinaryLoop<TypedArray, TypedArray>;

/** Integers have none; bytes that are no bools would be taken for some. */
const hasVectors = (dtype: Dtype): boolean => dtype === 'bool' || isFloating(dtype);

/** Runs a loop of one operand over a contiguous array. */
function runUnary(loop: AnyUnaryLoop, a: TypedArray, out: TypedArray): TypedArray {
  loop(1, out.length, a, 0, 0, 1, out, 0);
  return out;
}

/** Runs a loop of two operands of the given shapes, broadcast to that of the result. */
export function runBinary(loop: AnyBinaryLoop, shape: StaticSpec['shape'], views: readonly ArrayView[], a: TypedArray, b: TypedArray, out: TypedArray): TypedArray {
  if (out.length === 0) return out;
  const { rows, columns, rowStrides, columnStrides, outer } = broadcastNest(shape, [views[0]!.shape, views[1]!.shape]);
  const odometer = new Odometer(outer);
  const { offsets } = odometer;
  let start = 0;
  do {
    loop(rows, columns, a, offsets[0]!, rowStrides[0]!, columnStrides[0]!, b, offsets[1]!, rowStrides[1]!, columnStrides[1]!, out, start);
    start += rows * columns;
  } while (odometer.advance());
  return out;
}

function unaryKernel(primitive: keyof typeof unaryLoops): Kernel<UnaryPrimitive> {
  return ([x]) => {
    const { dtype } = x!;
    const loop = (unaryLoops[primitive][numberClass(dtype)] ?? unsupported(primitive, dtype)) as AnyUnaryLoop;
    const data = computeData(x!);
    const out = allocateCompute(dtype, data.length);
    if (!hasVectors(dtype) || !runElementwise(primitive, [data.length], [{ data, shape: [data.length] }], out)) runUnary(loop, data, out);
    return [storeData(out, dtype)];
  };
}

function predicateKernel(primitive: keyof typeof predicateLoops): Kernel<UnaryPrimitive> {
  return ([x]) => {
    const { dtype } = x!;
    const loop = (predicateLoops[primitive][numberClass(dtype)] ?? unsupported(primitive, dtype)) as AnyUnaryLoop;
    const data = computeData(x!);
    const out = allocate('bool', data.length);
    if (!hasVectors(dtype) || !runElementwise(primitive, [data.length], [{ data, shape: [data.length] }], out)) runUnary(loop, data, out);
    return [out];
  };
}

function binaryKernel(primitive: BinaryPrimitive, reinterpret: (data: TypedArray) => TypedArray = (data) => data): Kernel<BinaryPrimitive> {
  return (inputs, _params, [output]) => {
    const { dtype } = inputs[0]!;
    const loop = (binaryLoops[primitive][numberClass(dtype)] ?? unsupported(primitive, dtype)) as AnyBinaryLoop;
    const out = allocateCompute(dtype, sizeOf(output!.shape));
    const [a, b] = inputs.map((input) => ({ data: reinterpret(computeData(input)), shape: input.shape }));
    if (!hasVectors(dtype) || !runElementwise(primitive, output!.shape, [a!, b!], out)) runBinary(loop, output!.shape, inputs, a!.data, b!.data, reinterpret(out));
    return [storeData(out, dtype)];
  };
}

function comparisonKernel(primitive: ComparisonPrimitive): Kernel<ComparisonPrimitive> {
  return (inputs, _params, [output]) => {
    const { dtype } = inputs[0]!;
    const loop = (comparisonLoops[primitive][numberClass(dtype)] ?? unsupported(primitive, dtype)) as AnyBinaryLoop;
    const out = allocate('bool', sizeOf(output!.shape));
    const [a, b] = inputs.map((input) => ({ data: computeData(input), shape: input.shape }));
    if (!hasVectors(dtype) || !runElementwise(primitive, output!.shape, [a!, b!], out)) runBinary(loop, output!.shape, inputs, a!.data, b!.data, out);
    return [out];
  };
}

/** Chooses bits, so that no element changes: half floats go as integers. */
const whereKernel: Kernel<'where'> = (inputs, _params, [output]) => {
  const [condition, onTrue, onFalse] = inputs;
  const { dtype, shape } = output!;
  const out = allocate(dtype, sizeOf(shape));
  if (out.length === 0 || runElementwise('where', shape, inputs, out)) return [out];
  const loop = selectLoops.where[out instanceof Uint16Array ? 'int' : numberClass(dtype)] as WhereLoop<TypedArray>;
  const { rows, columns, rowStrides, columnStrides, outer } = broadcastNest(shape, inputs.map((input) => input.shape));
  const odometer = new Odometer(outer);
  const { offsets } = odometer;
  let start = 0;
  do {
    loop(
      rows, columns,
      condition!.data as Uint8Array, offsets[0]!, rowStrides[0]!, columnStrides[0]!,
      onTrue!.data, offsets[1]!, rowStrides[1]!, columnStrides[1]!,
      onFalse!.data, offsets[2]!, rowStrides[2]!, columnStrides[2]!,
      out, start,
    );
    start += rows * columns;
  } while (odometer.advance());
  return [out];
};

/** By squaring whole arrays, each product rounded (or wrapped) to the dtype, in JAX's order. */
const integerPowKernel: Kernel<'integerPow'> = ([x], { exponent }) => {
  const { dtype } = x!;
  const data = computeData(x!);
  const count = data.length;
  if (hasVectors(dtype)) {
    const powers = allocateCompute(dtype, count);
    if (runElementwise('integerPow', [count], [{ data, shape: [count] }], powers, exponent)) return [storeData(powers, dtype)];
  }
  const multiply = (binaryLoops.mul[numberClass(dtype)] ?? unsupported('integerPow', dtype)) as AnyBinaryLoop;
  const divide = (binaryLoops.div[numberClass(dtype)] ?? unsupported('integerPow', dtype)) as AnyBinaryLoop;
  const product = (a: TypedArray, b: TypedArray): TypedArray => {
    const out = allocateCompute(dtype, count);
    multiply(1, count, a, 0, 0, 1, b, 0, 0, 1, out, 0);
    return out;
  };
  let square = data;
  let result: TypedArray | undefined;
  for (let bits = Math.abs(exponent); bits > 0; bits = Math.floor(bits / 2)) {
    if (bits % 2 === 1) result = result === undefined ? square : product(result, square);
    if (bits > 1) square = product(square, square);
  }
  const one = allocateCompute(dtype, 1);
  if (one instanceof BigInt64Array || one instanceof BigUint64Array) one[0] = 1n;
  else one[0] = 1;
  if (exponent > 0) return [storeData(result!, dtype)];
  const out = allocateCompute(dtype, count);
  // To the power zero everything is one, NaN too; a negative power is the reciprocal of the positive one.
  divide(1, count, one, 0, 0, 0, result ?? one, 0, 0, result === undefined ? 0 : 1, out, 0);
  return [storeData(out, dtype)];
};

type Elementwise = UnaryPrimitive | BinaryPrimitive | ComparisonPrimitive | 'where' | 'integerPow';

export const elementwiseKernels: Pick<KernelTable, Elementwise> = {
  neg: unaryKernel('neg'),
  abs: unaryKernel('abs'),
  sign: unaryKernel('sign'),
  exp: unaryKernel('exp'),
  expm1: unaryKernel('expm1'),
  log: unaryKernel('log'),
  log1p: unaryKernel('log1p'),
  sqrt: unaryKernel('sqrt'),
  sin: unaryKernel('sin'),
  cos: unaryKernel('cos'),
  tan: unaryKernel('tan'),
  asin: unaryKernel('asin'),
  acos: unaryKernel('acos'),
  atan: unaryKernel('atan'),
  sinh: unaryKernel('sinh'),
  cosh: unaryKernel('cosh'),
  tanh: unaryKernel('tanh'),
  asinh: unaryKernel('asinh'),
  acosh: unaryKernel('acosh'),
  atanh: unaryKernel('atanh'),
  sigmoid: unaryKernel('sigmoid'),
  erf: unaryKernel('erf'),
  erfInv: unaryKernel('erfInv'),
  lgamma: unaryKernel('lgamma'),
  digamma: unaryKernel('digamma'),
  floor: unaryKernel('floor'),
  ceil: unaryKernel('ceil'),
  round: unaryKernel('round'),
  not: unaryKernel('not'),
  isNan: predicateKernel('isNan'),
  add: binaryKernel('add'),
  sub: binaryKernel('sub'),
  mul: binaryKernel('mul'),
  div: binaryKernel('div'),
  rem: binaryKernel('rem'),
  pow: binaryKernel('pow'),
  max: binaryKernel('max'),
  min: binaryKernel('min'),
  atan2: binaryKernel('atan2'),
  and: binaryKernel('and'),
  or: binaryKernel('or'),
  xor: binaryKernel('xor'),
  shiftLeft: binaryKernel('shiftLeft'),
  shiftRightLogical: binaryKernel('shiftRightLogical', asUnsigned),
  shiftRightArithmetic: binaryKernel('shiftRightArithmetic', asSigned),
  equal: comparisonKernel('equal'),
  notEqual: comparisonKernel('notEqual'),
  less: comparisonKernel('less'),
  lessEqual: comparisonKernel('lessEqual'),
  greater: comparisonKernel('greater'),
  greaterEqual: comparisonKernel('greaterEqual'),
  where: whereKernel,
  integerPow: integerPowKernel,
};
