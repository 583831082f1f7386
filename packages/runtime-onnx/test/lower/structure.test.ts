import { type Dtype, add, argmax, argmin, argsort, bind, broadcastTo, concatenate, cumprod, cumsum, logSoftmax, logsumexp, matmul, max, mean, min, mul, type PrimitiveParams, prod, reshape, scalar, softmax, sort, sum, type Tensor, tensor, variance } from '@flaxon/tensor';
import { describe, it } from 'vitest';
import { expectAgreement } from '../agreement.js';
import { arbitrary, floatPoints, integerDtypes, integerPoints, pairs } from '../values.js';

type Fixed = Exclude<keyof PrimitiveParams, 'call' | 'linearCall' | 'scan' | 'whileLoop'>;

/** A primitive with its parameters, as a function. */
const primitive = <P extends Fixed>(name: P, params: PrimitiveParams[P]) => (...inputs: Tensor[]): Tensor[] => bind(name, inputs, params);

describe.each(['float32', 'float64', 'int32'] as const)('%s', (dtype) => {
  const tolerance = dtype === 'float64' ? 1e-13 : 1e-5;
  const expectSame = (f: (...args: Tensor[]) => Tensor | readonly Tensor[], ...args: Tensor[]): Promise<void> => expectAgreement(f, args, { tolerance });
  const x = (...shape: number[]): Tensor => arbitrary(shape, dtype);

  describe('dot', () => {
    type Axes = readonly number[];
    const cases: readonly (readonly [Axes, Axes, Axes, Axes, Axes?, Axes?])[] = [
      [[3, 4], [4, 5], [1], [0]], [[4, 3], [4, 5], [0], [0]], [[3, 4], [5, 4], [1], [1]], [[4, 3], [5, 4], [0], [1]],
      [[4], [4], [0], [0]], [[4], [4, 5], [0], [0]], [[4], [5, 4], [0], [1]], [[3, 4], [4], [1], [0]], [[4, 3], [4], [0], [0]],
      [[2, 3, 4], [4, 5], [2], [0]], [[2, 3, 4], [5, 4], [2], [1]], [[4, 2, 3], [5, 4], [0], [1]], [[3], [2, 3, 4], [0], [1]], [[3], [2, 4, 3], [0], [2]],
      [[2, 3, 4], [2, 3, 5], [0, 1], [0, 1]], [[2, 3, 4], [3, 2, 5], [0, 1], [1, 0]], [[2, 3], [2, 3], [0, 1], [0, 1]],
      [[2, 3, 4], [2, 4, 5], [2], [1], [0], [0]], [[2, 3, 4], [2, 5, 4], [2], [2], [0], [0]], [[2, 3, 4], [4, 3, 5], [2], [0], [1], [1]],
      [[2, 3, 4, 5], [3, 5, 2], [1, 3], [0, 1], [0], [2]], [[3], [4], [], []], [[2, 3], [2, 4], [], [], [0], [0]], [[2, 3], [2, 3], [], [], [0, 1], [0, 1]],
      [[5, 1], [1, 4], [1], [0]], [[0, 3], [3, 2], [1], [0]], [[2, 0], [0, 3], [1], [0]],
    ];
    it.each(cases.map(([lhs, rhs, lhsContract, rhsContract, lhsBatch = [], rhsBatch = []]) => ({ lhs, rhs, params: { lhsContract, rhsContract, lhsBatch, rhsBatch } })))('of $lhs and $rhs by $params', ({ lhs, rhs, params }) =>
      expectSame(primitive('dot', params), x(...lhs), x(...rhs)),
    );
    it('of operands that are broadcast needs no copies of their elements', async () => {
      await expectSame((a, b) => matmul(broadcastTo(a, [3, 4]), b), x(3, 1), x(4, 5));
      await expectSame((a, b) => matmul(broadcastTo(a, [3, 4]), b), x(1, 4), x(4, 5));
      await expectSame((a, b) => matmul(broadcastTo(a, [3, 4]), broadcastTo(b, [4, 5])), x(3, 1), x(1, 5));
      await expectSame((a, b) => matmul(a, b), x(2, 1, 3, 4), x(5, 4, 2));
    });
  });

  describe('conv', () => {
    const plain = (spatial: number): PrimitiveParams['conv'] => {
      const ones = Array.from({ length: spatial }, () => 1);
      return { strides: ones, padding: ones.map(() => [0, 0] as const), lhsDilation: ones, rhsDilation: ones, featureGroupCount: 1, batchGroupCount: 1 };
    };
    const cases: readonly (readonly [readonly number[], readonly number[], Partial<PrimitiveParams['conv']>])[] = [
      [[2, 3, 7], [4, 3, 3], {}],
      [[2, 3, 7], [4, 3, 3], { padding: [[2, 1]], strides: [2], rhsDilation: [2] }],
      [[2, 4, 7], [6, 2, 3], { featureGroupCount: 2, padding: [[1, -2]] }],
      [[2, 3, 5], [4, 3, 3], { lhsDilation: [2], padding: [[2, 2]] }],
      [[2, 3, 6, 5], [4, 3, 3, 2], { padding: [[1, 1], [0, 1]], strides: [2, 1] }],
      [[4, 3, 6, 5], [4, 3, 3, 2], { batchGroupCount: 2 }],
      [[2, 3, 4, 5, 3], [2, 3, 2, 2, 2], {}],
      [[2, 3], [4, 3], {}],
      [[2, 4, 6, 5], [4, 1, 3, 2], { featureGroupCount: 4, lhsDilation: [1, 3], rhsDilation: [2, 1], padding: [[-1, 2], [3, -1]] }],
    ];
    it.each(cases)('of %j with kernel %j and %j', (operand, kernel, params) => expectSame(primitive('conv', { ...plain(operand.length - 2), ...params }), x(...operand), x(...kernel)));
  });

  it('moves elements', async () => {
    await expectSame(primitive('transpose', { permutation: [2, 0, 1] }), x(2, 3, 4));
    await expectSame(primitive('reshape', { shape: [4, 6] }), x(2, 3, 4));
    await expectSame(primitive('slice', { starts: [1, 0], limits: [3, 7], strides: [1, 3] }), x(4, 8));
    await expectSame(primitive('reverse', { axes: [0, 2] }), x(2, 3, 4));
    await expectSame((a, b) => concatenate([a, b, a], 1), x(2, 1), x(2, 3));
    await expectSame((a) => add(a, bind('iota', [], { shape: [3, 4], dtype, axis: 0 })[0]!), x(3, 4));
  });

  it('pads, crops and spreads', async () => {
    await expectSame(primitive('pad', { low: [1, -1], high: [-1, 2], interior: [1, 2] }), x(4, 5), x());
    await expectSame(primitive('pad', { low: [0, 0], high: [0, 0], interior: [0, 2] }), x(4, 5), x());
    await expectSame(primitive('pad', { low: [2], high: [1], interior: [0] }), x(0), x());
  });

  it('broadcasts where every element is needed', async () => {
    await expectSame(primitive('broadcastTo', { shape: [3, 2, 4] }), x(2, 1));
    await expectSame((a, b) => add(broadcastTo(a, [3, 2, 4]), b), x(2, 1), x(4));
    await expectSame((a, b) => concatenate([broadcastTo(a, [2, 1]), broadcastTo(b, [2, 3])], 1), x(1, 1), x(1, 3));
    await expectSame((a) => reshape(broadcastTo(a, [3, 4, 2]), [12, 2]), x(1, 1, 2));
    await expectSame((a) => add(reshape(broadcastTo(a, [3, 4, 2]), [3, 8]), 1), x(3, 1, 1));
    await expectSame((a) => reshape(broadcastTo(a, [3, 4, 2]), [3, 8]), x(3, 1, 2));
    await expectSame((a) => [sum(broadcastTo(a, [3, 2, 4]), { axis: [0, 2] }), mean(broadcastTo(a, [3, 2, 4]), { axis: [0, 1] }), prod(broadcastTo(a, [3, 2, 4]), { axis: 0 })], x(2, 1));
  });

  it('reads and writes at computed places', async () => {
    const at = (place: number): Tensor => scalar(place, 'int32');
    await expectSame(primitive('dynamicSlice', { sizes: [2, 2] }), x(4, 5), at(3), at(-1));
    await expectSame(primitive('dynamicSlice', { sizes: [1, 5] }), x(4, 5), at(2), at(0));
    await expectSame(primitive('dynamicUpdateSlice', {}), x(4, 5), x(2, 2), at(1), at(9));
    await expectSame(primitive('dynamicUpdateSlice', {}), x(4, 5), x(1, 5), at(-3), at(0));
    await expectSame((a, b) => bind('dynamicUpdateSlice', [a, b, at(1), at(2)], {}), x(4, 5), x(2, 2));
    await expectSame(primitive('gather', { axis: 1 }), x(4, 5), tensor([[0, 4], [2, 2]], { dtype: 'int32' }));
  });

  it.each(['set', 'add', 'mul', 'min', 'max'] as const)('scatters (%s), and drops what is out of range', async (mode) => {
    const places = (...indices: number[]): Tensor => tensor(indices, { dtype: 'int32' });
    await expectSame(primitive('scatter', { axis: 1, mode }), x(2, 5), places(0, 3, -1, 7, 3), x(2, 5));
    await expectSame(primitive('scatter', { axis: 0, mode }), x(5), places(0, 3, 3), x(3));
    await expectSame((a, b) => bind('scatter', [a, places(2, 2, 0), b], { axis: 0, mode }), x(4, 3), x(3, 3));
  });

  it('sorts by several keys, stably', () =>
    expectSame(primitive('sort', { axis: 1, keys: 2 }), tensor([[2, 1, 2, 0, 1, 1], [0, 0, 1, 1, 0, 2]], { dtype: 'int32' }), x(2, 6), x(2, 6)));

  it.each<[string, (a: Tensor) => Tensor]>([
    ['sum', (a) => sum(a)], ['sum of an axis', (a) => sum(a, { axis: 0, keepdims: true })], ['prod', (a) => prod(a, { axis: [0, 1] })], ['max', (a) => max(a, { axis: 1 })],
    ['mean', (a) => mean(a, { axis: 1 })], ['mean of all', (a) => mean(a, { axis: [0, 1], keepdims: true })], ['variance', (a) => variance(a, { axis: 0 })],
    ['cumsum', (a) => cumsum(a, { axis: 1 })], ['cumsum backwards', (a) => cumsum(a, { axis: 0, reverse: true })], ['cumprod', (a) => cumprod(a, { axis: 1 })],
    ['cumprod backwards', (a) => cumprod(a, { axis: 1, reverse: true })], ['logsumexp', (a) => logsumexp(a, { axis: 1 })], ['softmax', (a) => softmax(a, { axis: 0 })],
    ['softmax of two axes', (a) => softmax(a, { axis: [0, 1] })], ['logSoftmax', (a) => logSoftmax(a, { axis: 1 })],
  ])('%s agrees', (_, f) => expectSame(f, x(3, 7)));
});

describe('reductions at hostile points', () => {
  const floats = (dtype: Dtype): Tensor => reshape(pairs(floatPoints, dtype)[0], [19, 19]);
  it.each(['float32', 'float64', 'float16', 'bfloat16'] as const)('of %s let NaN win', (dtype) =>
    expectAgreement((a) => [max(a, { axis: 0 }), max(a, { axis: 1 }), min(a, { axis: 1 }), argmax(a, { axis: 1 }), argmin(a, { axis: 0, keepdims: true }), sort(a, { axis: 0 }), argsort(a, { axis: 0 })], [floats(dtype)]),
  );
  it.each(integerDtypes)('of %s wrap and are exact at the ends of the range', (dtype) => {
    const points = integerPoints(dtype);
    const x = reshape(pairs(points, dtype)[0], [points.length, points.length]);
    return expectAgreement(
      (a) => [sum(a, { axis: 0 }), sum(a, { axis: [0, 1], keepdims: true }), prod(a, { axis: 1 }), max(a, { axis: 0 }), min(a, { axis: 1 }), argmax(a, { axis: 0 }), argmin(a, { axis: 0 }), cumsum(a, { axis: 1 }), cumprod(a, { axis: 0 }), sort(a, { axis: 0 }), argsort(a, { axis: 0 }), matmul(a, a)],
      [x],
    );
  });
  it('of nothing give what starts them', () =>
    expectAgreement((a) => (['reduceSum', 'reduceProd', 'reduceMax', 'reduceMin'] as const).map((name) => bind(name, [a], { axes: [1], keepDims: false })[0]!), [arbitrary([2, 0])]));
  it('logsumexp keeps infinities', () =>
    expectAgreement((a) => logsumexp(a, { axis: 1 }), [tensor([[-Infinity, -Infinity], [Infinity, 1], [-Infinity, 2], [NaN, 1], [1000, 1000]])]));
  it('any and all of bools', () => expectAgreement((a) => [max(a, { axis: 1 }), min(a, { axis: 0 }), argmax(a, { axis: 0 })], [tensor([[true, false], [false, false]])]));
});

describe('opsets', () => {
  it.each([18, 20, 21, 23, 26])('%i gives the same results', (opset) =>
    expectAgreement((a, b) => [softmax(matmul(a, b), { axis: 1 }), cumprod(a, { axis: 1 }), mean(mul(a, 2), { axis: 0 }), argmax(b, { axis: 0 }), max(a, { axis: 0 })], [arbitrary([3, 4]), arbitrary([4, 5])], { opset, tolerance: 1e-5 }),
  );
});
