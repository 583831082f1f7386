import {
  add, addDim, arange, broadcastTo, concatenate, convGeneralDilated, cumprod, dimensionSize, dynamicUpdateSlice, full, grad, iota, matmul, max, mean, mul, mulDim, pad, relu, reshape, scan, ShapeError, softmax, sort, spec, sub,
  sum, symbol, take, tanh, type Tensor, tensor, transpose, vmap, zeros,
} from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { exportOnnx } from '../../src/export/export.js';
import { expectOneGraph } from '../one-graph.js';
import { arbitrary } from '../values.js';

const w1 = arbitrary([4, 8]);
const b1 = arbitrary([8]);
const w2 = arbitrary([8, 3]);
const net = (x: Tensor): Tensor => add(matmul(relu(add(matmul(x, w1), b1)), w2), 0.5);

describe('a symbolic batch', () => {
  it('needs no shape arithmetic in a network', async () => {
    expect(await expectOneGraph(net, [['batch', 4]], [(n) => [n, 4]])).toBe(3);
  });
  it('works in gradients, means and vmap', async () => {
    await expectOneGraph((x) => grad((t: Tensor) => mean(mul(net(t), net(t))))(x), [['batch', 4]], [(n) => [n, 4]]);
    await expectOneGraph((x) => vmap(grad((row: Tensor) => sum(tanh(net(row)))))(x), [['batch', 4]], [(n) => [n, 4]]);
  });
  it('works where elements are broadcast to it', () =>
    expectOneGraph((x) => [broadcastTo(sum(x, { axis: 0 }), x.shape), mul(full(x.shape, 2), 1), zeros(x.shape)], [['batch', 4]], [(n) => [n, 4]]));
  it('works in reshapes, concatenations and padding', () =>
    expectOneGraph((x) => [reshape(x, [-1, 2]), reshape(x, [x.shape[0]!, 2, 2]), concatenate([x, x], 0), pad(x, [[1, 2], [0, 0]]), transpose(x)], [['batch', 4]], [(n) => [n, 4]]));
  it('works along the axis itself', () =>
    expectOneGraph((x) => [softmax(x, { axis: 0 }), max(x, { axis: 0 }), sort(x, { axis: 0 }), cumprod(x, { axis: 0 }), take(x, tensor([0, 0], { dtype: 'int32' }), { axis: 0 })], [['batch', 4]], [(n) => [n, 4]]));
  it('is the length of a scan', () =>
    expectOneGraph((x, c) => scan((carry: Tensor, row: Tensor) => [tanh(add(carry, row)), mul(carry, row)] as const, c, x), [['steps', 3], [3]], [(n) => [n, 3], () => [3]]));
  it('counts and measures', () =>
    expectOneGraph((x) => [add(x, iota('float32', x.shape, 0)), mul(x, dimensionSize(x.shape[0]!, 'float32'))], [['batch', 4]], [(n) => [n, 4]]));
  it('works in convolutions, of float64 too', () =>
    expectOneGraph((x) => convGeneralDilated(x, tensor([[[1, 2, 3]]], { dtype: 'float32' }), { padding: [[2, 0]] }), [['batch', 1, 'length']], [(n) => [n, 1, n + 3]]));
  it('may be updated in place', () => expectOneGraph((x) => dynamicUpdateSlice(x, full([1, 4], 7), [1, 0]), [['batch', 4]], [(n) => [n, 4]], [2, 5]));
  it('may be empty when the graph runs', () => expectOneGraph((x) => [net(x), sum(x, { axis: 0 }), concatenate([x, x], 1)], [['batch', 4]], [(n) => [n, 4]], [0, 3]));
});

describe('several symbols', () => {
  it('stay apart', () => expectOneGraph((x, y) => [matmul(x, y), add(reshape(x, [-1]), 1), sub(sum(x), sum(y))], [['rows', 4], [4, 'columns']], [(n) => [n, 4], (n) => [4, n + 1]]));
  it('make rows of products', () => expectOneGraph((x) => add(matmul(x, w1), b1), [['batch', 'length', 4]], [(n) => [n, n + 2, 4]]));
  it('are found from dimensions that are computed from them', async () => {
    const [n, m] = [symbol('n'), symbol('m')];
    const model = exportOnnx((x: Tensor, y: Tensor) => [broadcastTo(sum(x), [n]), mul(sum(y), dimensionSize(mulDim(n, m), 'float32'))], [spec('float32', [addDim(mulDim(n, 2), 1)]), spec('float32', ['m'])]);
    const session = await model.createSession();
    const [whole, product] = Object.values(await session.run({ input_0: tensor([1, 2, 3, 4, 5], { dtype: 'float32' }), input_1: tensor([1, 1, 1], { dtype: 'float32' }) }));
    await session.release();
    expect([whole!.toArray(), product!.item()]).toEqual([[15, 15], 18]);
  });
});

describe('a symbol that no input shows', () => {
  it('is a ShapeError that names it', () => {
    expect(() => exportOnnx((x: Tensor) => broadcastTo(sum(x), [symbol('nowhere')]), [spec('float32', ['batch'])])).toThrow(ShapeError);
    expect(() => exportOnnx((x: Tensor) => broadcastTo(sum(x), [symbol('nowhere')]), [spec('float32', ['batch'])])).toThrow(/nowhere/);
  });
});

describe('arange', () => {
  it('is a constant', () => {
    expect(exportOnnx((x: Tensor) => add(x, arange(4)), [spec('float32', [4])]).nodeCount).toBe(1);
  });
});
