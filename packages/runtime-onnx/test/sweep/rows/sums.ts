/** What sums over products, windows and places. */
import { bind, type ConvParams, type DotParams, type WindowParams } from '@flaxon/tensor';
import { below, type Case, close, exact, of, type Operand, type Row } from '../row.js';

const dot = (lhs: readonly number[], rhs: readonly number[], params: DotParams): Case => ({ operands: [of(lhs), of(rhs)], f: (a, b) => bind('dot', [a!, b!], params) });
const contract = (lhsContract: number[], rhsContract: number[], lhsBatch: number[] = [], rhsBatch: number[] = []): DotParams => ({ lhsContract, rhsContract, lhsBatch, rhsBatch });

const dots: Case[] = [
  dot([], [], contract([], [])), dot([3], [3], contract([0], [0])), dot([3], [2], contract([], [])), dot([2, 3], [3], contract([1], [0])), dot([3], [3, 2], contract([0], [0])),
  dot([2, 3], [3, 4], contract([1], [0])), dot([3, 2], [4, 3], contract([0], [1])), dot([2, 3, 4], [4, 3], contract([2], [0])), dot([2, 3, 4], [2, 4, 3], contract([2], [1], [0], [0])),
  dot([4, 2, 3], [2, 3, 4], contract([2], [1], [1], [0])), dot([2, 3, 4], [3, 4, 2], contract([1, 2], [0, 1])), dot([2, 3, 2, 3, 4], [2, 3, 4], contract([4], [2], [0, 1], [0, 1])),
  dot([2, 1, 3, 1, 2, 4], [4, 2], contract([5], [0])), dot([2, 2, 1, 2, 3, 4], [2, 2, 1, 2, 4, 3], contract([5], [4], [0, 1, 2, 3], [0, 1, 2, 3])),
  dot([0, 3], [3, 2], contract([1], [0])), dot([2, 0], [0, 3], contract([1], [0])), dot([0, 2, 3], [0, 3, 2], contract([2], [1], [0], [0])),
];

const convolution = (lhs: readonly number[], rhs: readonly number[], params: Partial<ConvParams> = {}): Case => {
  const spatial = lhs.slice(2);
  const one = spatial.map(() => 1);
  const whole: ConvParams = { strides: one, padding: spatial.map(() => [0, 0] as const), lhsDilation: one, rhsDilation: one, featureGroupCount: 1, batchGroupCount: 1, ...params };
  // The sizes of kernels, and of channels that groups divide, are part of what is computed.
  const all = lhs.map((_, axis) => axis);
  const symbolic = whole.batchGroupCount > 1 ? [] : [0, ...all.slice(2).filter((axis) => whole.strides[axis - 2] === 1 && whole.lhsDilation[axis - 2] === 1)];
  return { operands: [{ shape: lhs, fixed: all.filter((axis) => !symbolic.includes(axis)) }, { shape: rhs, fixed: all }], f: (x, kernel) => bind('conv', [x!, kernel!], whole) };
};

const convolutions: Case[] = [
  convolution([2, 3], [4, 3]),
  convolution([2, 3, 7], [4, 3, 3]), convolution([2, 3, 7], [4, 3, 3], { strides: [2], padding: [[1, 2]] }), convolution([2, 3, 7], [4, 3, 3], { padding: [[4, 0]], rhsDilation: [2] }), convolution([2, 3, 7], [4, 3, 3], { lhsDilation: [2], padding: [[2, 1]] }),
  convolution([2, 3, 7], [4, 3, 3], { padding: [[-1, 2]] }), convolution([2, 4, 7], [6, 2, 3], { featureGroupCount: 2 }), convolution([4, 3, 7], [4, 3, 3], { batchGroupCount: 2 }), convolution([0, 3, 7], [4, 3, 3]),
  convolution([2, 3, 5, 6], [4, 3, 3, 2]), convolution([2, 3, 5, 6], [4, 3, 3, 2], { strides: [2, 1], padding: [[0, 1], [2, 0]], rhsDilation: [1, 2] }), convolution([2, 4, 5, 6], [4, 1, 3, 3], { featureGroupCount: 4, padding: [[1, 1], [1, 1]] }),
  convolution([1, 2, 3, 4, 3], [2, 2, 2, 2, 2], { padding: [[1, 0], [0, 1], [0, 0]] }), convolution([1, 2, 2, 3, 2, 3], [2, 2, 2, 2, 1, 2]),
];

const windowed = (shape: readonly number[], params: Partial<WindowParams> & Pick<WindowParams, 'dimensions'>): { readonly shape: readonly number[]; readonly params: WindowParams } => {
  const one = shape.map(() => 1);
  return { shape, params: { strides: one, padding: shape.map(() => [0, 0] as const), baseDilation: one, windowDilation: one, ...params } };
};

const windows = [
  windowed([7], { dimensions: [3] }), windowed([7], { dimensions: [3], strides: [2], padding: [[1, 2]] }), windowed([2, 7], { dimensions: [1, 3], windowDilation: [1, 2] }), windowed([3, 7], { dimensions: [2, 3], baseDilation: [1, 2], padding: [[0, 1], [2, 0]] }),
  windowed([2, 3, 7], { dimensions: [1, 1, 2], strides: [1, 1, 2] }), windowed([2, 5, 6, 3], { dimensions: [1, 2, 3, 1], strides: [1, 2, 1, 1], padding: [[0, 0], [0, 1], [1, 1], [0, 0]] }), windowed([2, 3, 4, 3, 4], { dimensions: [1, 1, 2, 2, 2] }),
  windowed([1, 2, 3, 2, 3, 2], { dimensions: [1, 2, 2, 1, 2, 1] }), windowed([0, 5], { dimensions: [1, 2] }), windowed([4], { dimensions: [6] }),
];

const windowCases = (f: (params: WindowParams) => Case['f']): Case[] =>
  windows.map(({ shape, params }): Case => ({ operands: [{ shape, fixed: shape.map((_, axis) => axis).filter((axis) => params.strides[axis]! > 1 || params.baseDilation[axis]! > 1 || params.dimensions[axis]! > shape[axis]!) }], f: f(params) }));

const modes = ['set', 'add', 'mul', 'min', 'max'] as const;
const places: readonly Operand['draw'][] = [below(3), below(5)];

const scatters: Case[] = modes.flatMap((mode) =>
  ([[[3], 0], [[3, 2], 0], [[2, 3], 1], [[2, 3, 2, 1, 1, 2], 1]] as const).flatMap(([shape, axis]): Case[] =>
    places.flatMap((draw, i) => [0, 1, 3].map((count): Case => ({
      operands: [of(shape), { shape: [count], dtype: 'int32', ...(draw ? { draw } : {}) }, of(shape.map((size, at) => (at === axis ? count : size)))],
      f: (x, at, updates) => bind('scatter', [x!, at!, updates!], { axis, mode }),
      ...(i === 0 ? {} : { isStatic: true }),
    }))),
  ),
);

const puts: Case[] = [false, true].flatMap((partial) => ([[[4], 0], [[2, 4], 1], [[4, 1, 2], 0], [[1, 2, 1, 4, 2, 1], 3]] as const).map(([shape, axis]): Case => ({
  operands: [of(shape), { shape, dtype: 'int32', draw: below(3) }],
  f: (x, at) => bind('putAlong', [x!, at!], { axis, partial, size: 5 }),
})));

const transforms: Case[] = [[3], [2, 4], [4, 2, 1], [1, 2, 1, 5, 1, 2]].flatMap((shape) =>
  shape.flatMap((_, axis) => [false, true].map((inverse): Case => ({ operands: [{ shape, fixed: [axis] }, { shape, fixed: [axis] }], f: (real, imaginary) => bind('dft', [real!, imaginary!], { axis, inverse }) }))),
);

export const sumRows = {
  dot: close(dots, { scale: 4 }),
  conv: close(convolutions, { scale: 8 }),
  dft: close(transforms, { scale: 8 }),
  windowSum: close(windowCases((params) => (x) => bind('windowSum', [x!], params)), { scale: 4 }),
  windowSelect: exact([true, false].flatMap((largest) => windowCases((params) => (x) => bind('windowSelect', [x!], { ...params, largest })))),
  scatter: close(scatters, { scale: 2 }),
  putAlong: close(puts, { scale: 2 }),
} as const satisfies { readonly [name: string]: Row };
