import { TransformError } from '../../errors/errors.js';
import { full, iota } from '../../ops/create.js';
import { equal, where } from '../../ops/elementwise.js';
import { convert } from '../../ops/operand.js';
import { padConfig } from '../../ops/pad.js';
import { flip } from '../../ops/rearrange.js';
import { sum } from '../../ops/reduce.js';
import { broadcastTo, concatenate, expandDims, reshape, sliceAxis, transpose } from '../../ops/shape.js';
import type { ReduceParams } from '../../primitives/params.js';
import { bindOne } from '../../program/bind.js';
import { addDim, isStatic, subDim, type Dim } from '../../shape/dim.js';
import type { Spec } from '../../shape/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sumTo, valueOf, type TransposeRule } from './rule.js';

type LinearStructural =
  | 'reduceSum' | 'cumSum' | 'reshape' | 'transpose' | 'broadcastTo' | 'concatenate' | 'slice' | 'split' | 'pad' | 'reverse'
  | 'dynamicSlice' | 'dynamicUpdateSlice' | 'gather' | 'scatter';

const zerosOf = ({ shape, dtype }: Spec): Tensor => full(shape, 0, dtype);

/** The places of updates that stay: of those with one index, the last. */
function winners(indices: Tensor, size: Dim): Tensor {
  const order = iota('int32', indices.shape);
  const last = bindOne('scatter', [full([size], -1, 'int32'), indices, order], { axis: 0, mode: 'set' });
  return equal(gatherDropped(last, indices, 0, -2), order);
}

/** Slices at the indices; `filler` where one is out of range, as scatter drops those. */
function gatherDropped(x: Tensor, indices: Tensor, axis: number, filler: number): Tensor {
  const size = x.shape[axis]!;
  const limit = bindOne('sub', [isStatic(size) ? convert(size, 'int32') : bindOne('dimension', [], { size, dtype: 'int32' }), convert(1, 'int32')], {});
  const zero = convert(0, 'int32');
  const low = bindOne('max', [indices, zero], {});
  const valid = bindOne('and', [bindOne('greaterEqual', [indices, zero], {}), bindOne('lessEqual', [indices, limit], {})], {});
  const taken = bindOne('gather', [x, bindOne('min', [low, limit], {})], { axis });
  const mask = reshape(valid, [...valid.shape, ...x.shape.slice(axis + 1).map(() => 1)]);
  return where(mask, taken, convert(filler, x.dtype));
}

export const structuralTransposeRules: { readonly [P in LinearStructural]: TransposeRule<P> } = {
  reduceSum: ([ct], [x], { axes, keepDims }: ReduceParams) => [broadcastTo(keepDims ? ct! : expandDims(ct!, axes), x!.spec.shape)],
  cumSum: ([ct], _, { axis, reverse }) => [bindOne('cumSum', [ct!], { axis, reverse: !reverse })],
  reshape: ([ct], [x]) => [reshape(ct!, x!.spec.shape)],
  transpose: ([ct], _, { permutation }) => [transpose(ct!, permutation.map((_axis, i) => permutation.indexOf(i)))],
  broadcastTo: ([ct], [x]) => [sumTo(ct!, x!.spec.shape)],
  concatenate: ([ct], operands, { axis }) => {
    let start: Dim = 0;
    return operands.map((operand) => {
      const limit: Dim = addDim(start, operand.spec.shape[axis]!);
      const part = operand.linear ? sliceAxis(ct!, axis, start, limit) : null;
      start = limit;
      return part;
    });
  },
  slice: ([ct], [x], { starts, limits, strides }) => {
    const config = x!.spec.shape.map((dim, axis): [number, number, number] => {
      const [start, stride, size] = [starts[axis]!, strides[axis]!, ct!.shape[axis]!];
      const end = stride === 1 || !isStatic(size) ? limits[axis]! : addDim(start, size === 0 ? 0 : (size - 1) * stride + 1);
      const rest = subDim(dim, end);
      if (isStatic(start) && isStatic(rest)) return [start, rest, stride - 1];
      throw new TransformError('the reverse-mode derivative', 'slice', `cuts the symbolic axis ${axis} of size ${String(dim)}; only a fixed number of elements can be cut off it`);
    });
    return [padConfig(ct!, 0, config)];
  },
  split: (cotangents, [x], { axis, sizes }) => {
    const parts = sizes.map((size, i) => cotangents[i] ?? full(x!.spec.shape.map((dim, k) => (k === axis ? size : dim)), 0, x!.spec.dtype));
    return [concatenate(parts, axis)];
  },
  pad: ([ct], [x, value], { low, high, interior }) => {
    const cropped = low.map((one, axis): [number, number] => [-one, -high[axis]!]);
    const inner = withoutInterior(padConfig(ct!, 0, cropped), interior);
    const fromValue = value!.linear ? bindOne('sub', [sum(ct!), sum(inner)], {}) : null;
    return [x!.linear ? reshape(inner, x!.spec.shape) : null, fromValue];
  },
  reverse: ([ct], _, { axes }) => [flip(ct!, axes)],
  dynamicSlice: ([ct], [x, ...starts]) => [bindOne('dynamicUpdateSlice', [zerosOf(x!.spec), ct!, ...starts.map(valueOf)], {}), ...starts.map(() => null)],
  dynamicUpdateSlice: ([ct], [x, update, ...starts]) => {
    const at = starts.map(valueOf);
    const rest = x!.linear ? bindOne('dynamicUpdateSlice', [ct!, zerosOf(update!.spec), ...at], {}) : null;
    const patch = update!.linear ? bindOne('dynamicSlice', [ct!, ...at], { sizes: update!.spec.shape }) : null;
    return [rest, patch, ...starts.map(() => null)];
  },
  gather: ([ct], [x, indices], { axis }) => {
    const at = valueOf(indices!);
    const flat = reshape(at, [-1]);
    const updates = reshape(ct!, x!.spec.shape.map((dim, i) => (i === axis ? flat.shape[0]! : dim)));
    return [bindOne('scatter', [zerosOf(x!.spec), flat, updates], { axis, mode: 'add' }), null];
  },
  scatter: ([ct], [x, indices, updates], { axis, mode }) => {
    const at = valueOf(indices!);
    const toUpdates = (): Tensor => {
      const taken = gatherDropped(ct!, at, axis, 0);
      if (mode === 'add') return taken;
      const kept = reshape(winners(at, x!.spec.shape[axis]!), [...at.shape, ...ct!.shape.slice(axis + 1).map(() => 1)]);
      return where(kept, taken, convert(0, ct!.dtype));
    };
    const toOperand = (): Tensor => (mode === 'add' ? ct! : bindOne('scatter', [ct!, at, zerosOf(updates!.spec)], { axis, mode: 'set' }));
    return [x!.linear ? toOperand() : null, null, updates!.linear ? toUpdates() : null];
  },
};

/** Takes back interior padding: every (interior + 1)-th element of each axis. */
function withoutInterior(x: Tensor, interior: readonly number[]): Tensor {
  if (interior.every((one) => one === 0)) return x;
  return bindOne('slice', [x], { starts: x.shape.map(() => 0), limits: x.shape, strides: interior.map((one) => one + 1) });
}
