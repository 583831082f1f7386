import type { PrimitiveParams } from '../primitives/params.js';
import { allocate, type TypedArray } from '../dtype/dtype.js';
import { sizeOf, type Spec, type StaticShape } from '../shape/shape.js';
import type { Program } from '../program/program.js';
import { concrete, type Tensor } from '../tensor/tensor.js';

const row = (array: TypedArray, index: number, size: number): TypedArray => array.subarray(index * size, (index + 1) * size) as TypedArray;

/** Copies `from` into `to` at element `offset`; both hold one dtype. */
function copyInto(to: TypedArray, from: TypedArray, offset: number): void {
  if (to instanceof BigInt64Array || to instanceof BigUint64Array) to.set(from as BigInt64Array, offset);
  else to.set(from as Float64Array, offset);
}

/** Runs a scan step by step on concrete tensors; slices of `xs` are views, slices of `ys` are written in place. */
export function evaluateScan(
  run: (program: Program, inputs: readonly Tensor[]) => Tensor[],
  inputs: readonly Tensor[],
  { body, constants, carry: carries, length, reverse }: PrimitiveParams['scan'],
  outputs: readonly Spec[],
): Tensor[] {
  const fixed = inputs.slice(0, constants);
  const xs = inputs.slice(constants + carries);
  let carry: readonly Tensor[] = inputs.slice(constants, constants + carries);
  const ys = outputs.slice(carries).map(({ shape, dtype }) => ({ shape: shape as StaticShape, dtype, array: allocate(dtype, sizeOf(shape as StaticShape)) as TypedArray }));
  const steps = length as number;
  for (let step = 0; step < steps; step++) {
    const index = reverse ? steps - 1 - step : step;
    const slices = xs.map((x) => {
      const shape = x.staticShape().slice(1);
      return concrete(row(x.data(), index, sizeOf(shape)), shape, x.dtype);
    });
    const results = run(body, [...fixed, ...carry, ...slices]);
    carry = results.slice(0, carries);
    ys.forEach(({ array }, i) => {
      const y = results[carries + i]!;
      copyInto(array, y.data(), index * y.size);
    });
  }
  return [...carry, ...ys.map(({ shape, dtype, array }) => concrete(array, shape, dtype))];
}
