import { addDim, bind, dimSizeOf, isStatic, mulDim, subDim, tensor, type Tensor } from '@flaxon/tensor';
import { allPairs, allShapes, below, type Case, exact, of, type Row } from '../row.js';

const each = (f: (x: Tensor) => readonly Tensor[], shapes = allShapes): Case[] => shapes.map((shape) => ({ operands: [of(shape)], f }));
const withAxes = (f: (x: Tensor, axis: number) => readonly Tensor[], shapes = allShapes): Case[] => shapes.flatMap((shape) => shape.map((_, axis): Case => ({ operands: [of(shape)], f: (x) => f(x, axis) })));

const int32 = (value: number): Tensor => tensor(value, { dtype: 'int32' });

const whole = (x: Tensor) => ({ starts: x.shape.map(() => 0), limits: x.shape, strides: x.shape.map(() => 1) });
/** From the front, from behind; every second element where sizes are numbers. */
const slices: Case[] = [
  ...each((x) => [
    ...bind('slice', [x], { ...whole(x), starts: x.shape.map((dim) => (isStatic(dim) && dim < 2 ? 0 : 1)) }),
    ...bind('slice', [x], { ...whole(x), limits: x.shape.map((dim) => (isStatic(dim) && dim < 2 ? dim : subDim(dim, 1))) }),
  ]),
  ...each((x) => bind('slice', [x], { ...whole(x), strides: x.shape.map(() => 2) })).map((one): Case => ({ ...one, isStatic: true })),
];

const pads = (interior: number): Case[] => allShapes.map((shape): Case => ({
  operands: [of(shape), of([])],
  f: (x, value) => [
    ...bind('pad', [x!, value!], { low: x!.shape.map(() => 1), high: x!.shape.map((_, i) => i % 3), interior: x!.shape.map(() => interior) }),
    ...bind('pad', [x!, value!], { low: x!.shape.map(() => 2), high: x!.shape.map(() => -1), interior: x!.shape.map(() => interior) }),
  ],
  ...(interior > 0 ? { isStatic: true } : {}),
}));

/** Along each axis that has elements. */
const axesWithElements = allShapes.flatMap((shape) => shape.flatMap((size, axis) => (size === 0 ? [] : [{ shape, size, axis }])));

const gathers: Case[] = axesWithElements.flatMap(({ shape, size, axis }) =>
  [[], [2], [2, 1, 2], [0]].map((indices): Case => ({
    operands: [of(shape), { shape: indices, dtype: 'int32', draw: below(size) }],
    f: (x, at) => bind('gather', [x!, at!], { axis }),
  })),
);

const along = (partial: boolean): Case[] =>
  axesWithElements.map(({ shape, size, axis }): Case => ({
    operands: [of(shape), { shape, dtype: 'int32', draw: (at, dtype) => bind('sub', [below(size)(at, dtype), int32(partial ? 1 : 0)], {})[0]! }],
    f: (x, at) => bind('takeAlong', [x!, at!], { axis, partial }),
  }));

export const layoutRows = {
  reshape: exact([
    ...each((x) => bind('reshape', [x], { shape: [dimSizeOf(x.shape)] })),
    ...each((x) => bind('reshape', [x], { shape: [1, ...x.shape, 1] }), allShapes.slice(0, 5)),
    ...each((x) => bind('reshape', [x], { shape: [mulDim(x.shape[0]!, x.shape[1]!), ...x.shape.slice(2)] }), allShapes.filter(({ length }) => length > 1)),
  ]),
  transpose: exact(each((x) => [
    ...bind('transpose', [x], { permutation: x.shape.map((_, i) => x.rank - 1 - i) }),
    ...bind('transpose', [x], { permutation: x.shape.map((_, i) => (i + 1) % x.rank) }),
  ])),
  broadcastTo: exact(allPairs.map(([a, b]): Case => ({
    operands: [of(a), of(b)],
    f: (x, y) => {
      const rank = Math.max(x!.rank, y!.rank);
      const aligned = (one: Tensor): Tensor['shape'] => [...Array.from({ length: rank - one.rank }, () => 1), ...one.shape];
      const [left, right] = [aligned(x!), aligned(y!)];
      const shape = left.map((dim, axis) => (dim === 1 ? right[axis]! : dim));
      return [...bind('broadcastTo', [x!], { shape }), ...bind('broadcastTo', [y!], { shape })];
    },
  }))),
  concatenate: exact(withAxes((x, axis) => [...bind('concatenate', [x, x, x], { axis }), ...bind('concatenate', [x], { axis })])),
  slice: exact(slices),
  split: exact(withAxes((x, axis) => [...bind('split', [x], { axis, sizes: [0, x.shape[axis]!] }), ...bind('split', [bind('concatenate', [x, x], { axis })[0]!], { axis, sizes: [x.shape[axis]!, x.shape[axis]!] })])),
  pad: exact([...pads(0), ...pads(1)]),
  reverse: exact(each((x) => [...bind('reverse', [x], { axes: x.shape.map((_, i) => i) }), ...bind('reverse', [x], { axes: x.rank > 0 ? [0] : [] })])),
  iota: exact(withAxes((x, axis) => [...bind('iota', [], { shape: x.shape, dtype: x.dtype, axis }), x])),
  dimension: exact(withAxes((x, axis) => [...bind('dimension', [], { size: x.shape[axis]!, dtype: x.dtype }), ...bind('dimension', [], { size: addDim(mulDim(x.shape[axis]!, x.shape[0]!), 1), dtype: x.dtype }), x])),
  dynamicSlice: exact(allShapes.map((shape): Case => ({
    operands: [of(shape), { shape: [], dtype: 'int32', draw: below(2) }],
    f: (x, start) => bind('dynamicSlice', [x!, ...x!.shape.map((_, i) => (i % 2 === 0 ? start! : int32(-1)))], { sizes: x!.shape.map((dim, i) => (dim === 0 || i % 2 === 1 ? dim : 1)) }),
  }))),
  dynamicUpdateSlice: exact(allShapes.map((shape): Case => ({
    operands: [of(shape), of(shape.map((size) => Math.min(size, 1))), { shape: [], dtype: 'int32', draw: below(5) }],
    f: (x, update, start) => bind('dynamicUpdateSlice', [x!, update!, ...x!.shape.map(() => start!)], {}),
  }))),
  gather: exact(gathers),
  takeAlong: exact([...along(false), ...along(true)]),
  sort: exact([
    ...withAxes((x, axis) => bind('sort', [x], { axis, keys: 1 })),
    ...allShapes.flatMap((shape) => shape.map((_, axis): Case => ({ operands: [{ shape, draw: below(2) }, of(shape), of(shape, 'int32')], f: (...all) => bind('sort', all, { axis, keys: 2 }) }))),
  ]),
} as const satisfies { readonly [name: string]: Row };
