import { bind } from '@flaxon/tensor';
import { allShapes, type Case, close, exact, of, positive, type Row } from '../row.js';

/** No axis, each one, the first and the last, all. */
function axesOf(rank: number): number[][] {
  const all = Array.from({ length: rank }, (_, i) => i);
  const lists = [[], ...all.map((axis) => [axis]), ...(rank > 2 ? [[0, rank - 1]] : []), ...(rank > 1 ? [all] : [])];
  return lists;
}

type Reduction = 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin';

const reductions = (primitive: Reduction): Case[] =>
  allShapes.flatMap((shape, i) =>
    axesOf(shape.length)
      .filter((axes) => primitive === 'reduceSum' || primitive === 'reduceProd' || !axes.some((axis) => shape[axis] === 0))
      .map((axes, j): Case => ({ operands: [{ shape, draw: positive }], f: (x) => bind(primitive, [x], { axes, keepDims: (i + j) % 2 === 0 }) })),
  );

type AlongAxis = 'argMax' | 'argMin' | 'cumSum' | 'cumProd';

const along = (cases: (axis: number, isEven: boolean) => Case['f'], needsElements: boolean): Case[] =>
  allShapes.flatMap((shape) => shape.flatMap((size, axis): Case[] => (needsElements && size === 0 ? [] : [{ operands: [of(shape)], f: cases(axis, axis % 2 === 0) }])));

const extremum = (primitive: Extract<AlongAxis, 'argMax' | 'argMin'>): Row => exact(along((axis, keepDims) => (x) => bind(primitive, [x], { axis, keepDims }), true));
const cumulative = (primitive: Extract<AlongAxis, 'cumSum' | 'cumProd'>): Row => close(along((axis, reverse) => (x) => bind(primitive, [x], { axis, reverse }), false));

export const reductionRows = {
  reduceSum: close(reductions('reduceSum'), { scale: 2 }),
  reduceProd: close(reductions('reduceProd'), { scale: 4 }),
  reduceMax: exact(reductions('reduceMax')),
  reduceMin: exact(reductions('reduceMin')),
  argMax: extremum('argMax'),
  argMin: extremum('argMin'),
  cumSum: cumulative('cumSum'),
  cumProd: cumulative('cumProd'),
} as const satisfies { readonly [name: string]: Row };
