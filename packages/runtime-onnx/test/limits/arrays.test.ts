import { add, at, conv, convGeneralDilated, dynamicSlice, dynamicUpdateSlice, index, maximum, mul, padConfig, random, reduceWindow, reshape, scatter, sortTogether, sub, take, takeAlongAxis, tensor, topK, type Tensor } from '@flaxon/tensor';
import { describe } from 'vitest';
import { beyond, elements } from './limits.js';

const counted = (...shape: number[]): Tensor => tensor(Float64Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, (_, i) => i + 1), { shape });
const places = (...values: number[]): Tensor => tensor(values, { dtype: 'int32' });
const normal = (seed: number, ...shape: number[]): Tensor => random.normal(random.key(seed), shape, { dtype: 'float64' });

/** The convolution of complex rows with a complex kernel of two taps, by the sums that define it. */
function complexRow(x: readonly number[][], k: readonly number[][]): { readonly re: number[]; readonly im: number[] } {
  const [xr, xi] = x as [number[], number[]];
  const [kr, ki] = k as [number[], number[]];
  const range = [...Array(xr.length - 1).keys()];
  const product = (i: number, t: number): readonly [number, number] => [xr[i + t]! * kr[t]! - xi[i + t]! * ki[t]!, xr[i + t]! * ki[t]! + xi[i + t]! * kr[t]!];
  return { re: range.map((i) => product(i, 0)[0] + product(i, 1)[0]), im: range.map((i) => product(i, 0)[1] + product(i, 1)[1]) };
}

const row = (x: Tensor, kernel: Tensor): Tensor => reshape(convGeneralDilated(reshape(x, [1, 1, 6]), reshape(kernel, [1, 1, 2]), { padding: 'VALID' }), [5]);

describe('arrays (jax2onnx: subsets)', () => {
  beyond([
    { limit: 'padding between elements', f: (x) => padConfig(x!, 0, [[1, 2, 1]]), inputs: [counted(3)], laws: ([y]) => [[y!, [0, 1, 0, 2, 0, 3, 0, 0]]] },
    { limit: 'padding between elements that also crops', f: (x) => padConfig(x!, 9, [[-1, 0, 2]]), inputs: [counted(3)], laws: ([y]) => [[y!, [9, 9, 2, 9, 9, 3]]] },
    {
      limit: 'windows with a function of the user',
      f: (x) => reduceWindow(x!, 0, (a, b) => add(add(a, b), mul(a, b)), { windowDimensions: [2] }),
      inputs: [counted(4)],
      laws: ([y]) => [[y!, [5, 11, 19]]],
    },
    { limit: 'windows with min, and dilation', f: (x) => reduceWindow(x!, Infinity, 'min', { windowDimensions: [2], windowDilation: [2] }), inputs: [counted(5)], laws: ([y]) => [[y!, [1, 2, 3]]] },
    { limit: 'slices at computed places, clamped', f: (x, i) => dynamicSlice(x!, [i!, 1], [2, 2]), inputs: [counted(3, 4), tensor(7, { dtype: 'int32' })], laws: ([y]) => [[y!, [6, 7, 10, 11]]] },
    { limit: 'writes at computed places', f: (x, i) => dynamicUpdateSlice(x!, tensor([[0, 0]], { dtype: 'float64' }), [i!, i!]), inputs: [counted(2, 3), tensor(1, { dtype: 'int32' })], laws: ([y]) => [[y!, [1, 2, 3, 4, 0, 0]]] },
    ...(['set', 'add', 'mul', 'min', 'max'] as const).map((mode) => ({
      limit: `scatter by ${mode}, with places out of range dropped`,
      f: (x: Tensor | undefined, i: Tensor | undefined) => scatter(x!, i!, tensor([10, 20, 30], { dtype: 'float64' }), { mode }),
      inputs: [counted(4), places(1, 3, 8)],
      laws: ([y]: readonly Tensor[]) => [[y!, { set: [1, 10, 3, 20], add: [1, 12, 3, 24], mul: [1, 20, 3, 80], min: [1, 2, 3, 4], max: [1, 10, 3, 20] }[mode]]] as const,
    })),
    {
      limit: 'gather beyond the end: NaN, the nearest, or round',
      f: (x, i) => [take(x!, i!), take(x!, i!, { mode: 'clip' }), take(x!, i!, { mode: 'wrap' })],
      inputs: [counted(3), places(-1, 5, 1)],
      laws: ([fill, clip, wrap]) => [[fill!, [3, NaN, 2]], [clip!, [1, 3, 2]], [wrap!, [3, 3, 2]]],
    },
    { limit: 'gather along an axis, and of several places at once', f: (x, i) => [takeAlongAxis(x!, i!, 1), index(x!, [i!, i!])], inputs: [counted(2, 2), tensor([[1], [0]], { dtype: 'int32' })], laws: ([along, pairs]) => [[along!, [2, 3]], [pairs!, [4, 1]]] },
    { limit: 'updates of a part by an expression', f: (x) => at(x!, [1]).add(5), inputs: [counted(3)], laws: ([y]) => [[y!, [1, 7, 3]]] },
    { limit: 'sorting several operands together', f: (x, y) => sortTogether([x!, y!], { keys: 1 }), inputs: [tensor([3, 1, 2], { dtype: 'float64' }), counted(3)], laws: ([a, b]) => [[a!, [1, 2, 3]], [b!, [2, 3, 1]]] },
    { limit: 'the largest and their places (reduction of several operands)', f: (x) => topK(x!, 1), inputs: [tensor([[3, 9, 2], [5, 1, 4]], { dtype: 'float64' })], laws: ([value, place]) => [[value!, [9, 5]], [place!, [1, 0]]] },
    {
      limit: 'float64 convolution of pairs (jax2onnx: complex128 in float32)',
      f: (xr, xi, kr, ki) => [sub(row(xr!, kr!), row(xi!, ki!)), add(row(xr!, ki!), row(xi!, kr!))],
      inputs: [normal(1, 6), normal(2, 6), normal(3, 2), normal(4, 2)],
      laws: ([re, im], [xr, xi, kr, ki]) => { const found = complexRow([elements(xr!), elements(xi!)], [elements(kr!), elements(ki!)]); return [[re!, found.re], [im!, found.im]]; },
      tolerance: 1e-15,
    },
    { limit: 'float64 convolution (ONNX Runtime has no kernel)', f: (x) => conv(x!, tensor([[[1, 2]]], { dtype: 'float64' }), { padding: [[1, 0]] }), inputs: [counted(1, 1, 3)], shapes: [['batch', 1, 3]], laws: ([y]) => [[y!, [2, 5, 8]]] },
    { limit: 'maximum over axes of every rank from 0 to 6', f: (x) => maximum(reshape(x!, [1, 2, 1, 2, 1, 1]), reshape(x!, [2, 2]).max()), inputs: [counted(4)], laws: ([y]) => [[y!, [4, 4, 4, 4]]] },
  ]);
});
