import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';

const x = fx.tensor([[[1, 5, 3], [4, 2, 6]], [[9, 7, 8], [0, 2, 1]]]);

describe('applyAlongAxis', () => {
  it('puts what the function gives of each vector in the place of the axis', () => {
    const ends = (vector: Tensor): Tensor => fx.take(fx.sort(vector), fx.tensor([0, -1]), { mode: 'wrap' });
    const byHand = (axis: number): Tensor => fx.stack([fx.min(x, { axis }), fx.max(x, { axis })], axis);
    for (const axis of [0, 1, 2]) expect(fx.applyAlongAxis(ends, axis, x).toArray()).toEqual(byHand(axis).toArray());
    expect(fx.applyAlongAxis((vector) => fx.sum(vector), -1, x).toArray()).toEqual([[9, 12], [24, 3]]);
    expect(fx.applyAlongAxis((vector) => fx.outer(vector, vector), 1, x).shape).toEqual([2, 2, 2, 3]);
  });
  it('takes functions that give trees', () => {
    const { low, high } = fx.applyAlongAxis((vector) => ({ low: fx.min(vector), high: fx.max(vector) }), 0, x);
    expect([low.toArray(), high.toArray()]).toEqual([fx.min(x, { axis: 0 }).toArray(), fx.max(x, { axis: 0 }).toArray()]);
  });
  it('names the axis that is not there', () => expect(() => fx.applyAlongAxis(fx.sum, 3, x)).toThrow(/applyAlongAxis: `axis` must be a whole number from -3 to 2/));
});

describe('applyOverAxes', () => {
  it('keeps the axes that the function takes away, with size 1', () => {
    const total = (t: Tensor, axis: number): Tensor => fx.sum(t, { axis });
    expect(fx.applyOverAxes(total, x, [0, -1]).toArray()).toEqual([[[33], [15]]]);
    expect(fx.applyOverAxes((t, axis) => fx.cumsum(t, { axis }), x, 1).toArray()).toEqual(fx.cumsum(x, { axis: 1 }).toArray());
  });
  it('refuses a function that gives another rank', () => expect(() => fx.applyOverAxes((t) => fx.sum(t), x, 0)).toThrow(/applyOverAxes: `f` must keep the rank 3 or take one axis away, found rank 0/));
});

describe('places of a matrix like another', () => {
  const wide = fx.zeros([2, 3]);
  const lists = (places: readonly Tensor[]): unknown => places.map((one) => one.toArray());
  it('are those of its sizes', () => {
    expect(lists(fx.trilIndicesFrom(wide))).toEqual([[0, 1, 1], [0, 0, 1]]);
    expect(lists(fx.trilIndicesFrom(wide, 1))).toEqual([[0, 0, 1, 1, 1], [0, 1, 0, 1, 2]]);
    expect(lists(fx.triuIndicesFrom(wide))).toEqual([[0, 0, 0, 1, 1], [0, 1, 2, 1, 2]]);
    expect(lists(fx.diagIndicesFrom(fx.zeros([2, 2, 2])))).toEqual([[0, 1], [0, 1], [0, 1]]);
    expect(lists(fx.maskIndices(3, fx.triu, 1))).toEqual([[0, 0, 1], [1, 2, 2]]);
  });
  it('in a traced function have a fixed number with `size`', () => {
    const { program } = fx.trace((k) => fx.maskIndices(3, (t) => fx.mul(t, fx.astype(k!, 'float32')), 0, { size: 4 }), [fx.spec('int32', [])]);
    expect(program.outputs.map(({ shape }) => shape)).toEqual([[4], [4]]);
  });
  it('need the right axes', () => {
    expect(() => fx.trilIndicesFrom(fx.zeros([3]))).toThrow(/trilIndicesFrom: needs a matrix of known size; found shape \(3,\)/);
    expect(() => fx.triuIndicesFrom(fx.zeros([3, 1, 2]))).toThrow(/triuIndicesFrom: needs a matrix/);
    expect(() => fx.diagIndicesFrom(wide)).toThrow(/diagIndicesFrom: needs two axes or more, all of one known size/);
    expect(() => fx.maskIndices(-1, fx.tril)).toThrow(/maskIndices: `n` must be a whole number/);
  });
});

describe('trimZeros', () => {
  const row = fx.tensor([0, 0, 3, 0, NaN, 2, 0]);
  it('takes the zeros off both ends of a vector, or off one', () => {
    expect(fx.trimZeros(row).toArray()).toEqual([3, 0, NaN, 2]);
    expect(fx.trimZeros(row, { trim: 'f' }).toArray()).toEqual([3, 0, NaN, 2, 0]);
    expect(fx.trimZeros(row, { trim: 'b' }).toArray()).toEqual([0, 0, 3, 0, NaN, 2]);
  });
  it('takes slices of zeros off the ends of all axes, or of those named', () => {
    const grid = fx.tensor([[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 2, 0]]);
    expect(fx.trimZeros(grid).toArray()).toEqual([[1, 0], [0, 2]]);
    expect(fx.trimZeros(grid, { axis: 0 }).toArray()).toEqual([[0, 1, 0, 0], [0, 0, 2, 0]]);
  });
  it('leaves nothing of zeros', () => {
    expect(fx.trimZeros(fx.zeros([3])).shape).toEqual([0]);
    expect(fx.trimZeros(fx.zeros([0])).shape).toEqual([0]);
  });
  it('needs values', () => expect(() => fx.trace((t) => [fx.trimZeros(t!)], [fx.spec('float32', [3])])).toThrow(fx.ConcretizationError));
  it('is what polydiv takes off the remainder with `trimLeadingZeros`', () => {
    const [quotient, remainder] = fx.polydiv(fx.tensor([1, -3, 2.5], { dtype: 'float64' }), fx.tensor([1, -1], { dtype: 'float64' }), { trimLeadingZeros: true });
    expect([quotient.toArray(), remainder.toArray()]).toEqual([[1, -2], [0.5]]);
  });
});
