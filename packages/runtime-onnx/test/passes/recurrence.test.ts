import { concatenate, flip, random, scan, sigmoid, spec, split, tanh, type Tensor, tensor, transpose, zeros, add, matmul, mul } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { exportOnnx } from '../../src/export/export.js';
import { expectClose } from '../agreement.js';

const [inputs, features] = [3, 4];
const weights = (seed: number, shape: readonly number[]): Tensor => random.normal(random.key(seed), shape);

type State = readonly [c: Tensor, h: Tensor];

/** An LSTM over (batch, steps, inputs): the outputs in the order of steps, and the last state. */
function lstm(x: Tensor, seed: number, start = zeros([x.shape[0]!, features])): { readonly y: Tensor; readonly last: State } {
  const [kernel, recurrent, bias] = [weights(seed, [inputs, 4 * features]), weights(seed + 1, [features, 4 * features]), weights(seed + 2, [4 * features])];
  const step = ([c, h]: State, at: Tensor): [State, Tensor] => {
    const [i, f, g, o] = split(add(add(matmul(at, kernel), matmul(h, recurrent)), bias), 4, -1) as [Tensor, Tensor, Tensor, Tensor];
    const next = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    const hidden = mul(sigmoid(o), tanh(next));
    return [[next, hidden], hidden];
  };
  const [last, ys] = scan(step, [zeros([x.shape[0]!, features]), start] as State, transpose(x, [1, 0, 2]));
  return { y: transpose(ys, [1, 0, 2]), last };
}

const backward = (x: Tensor, seed: number): Tensor => flip(lstm(flip(x, 1), seed).y, 1);
const both = (x: Tensor): Tensor => concatenate([lstm(x, 1).y, backward(x, 5)], -1);

async function operatorsOf(f: (x: Tensor) => Tensor | readonly Tensor[], shape: readonly (string | number)[] = ['batch', 6, inputs]): Promise<string[]> {
  const model = exportOnnx(f, [spec('float32', shape)]);
  const session = await model.createSession();
  const x = weights(9, [2, 6, inputs]);
  const expected = [f(x)].flat() as Tensor[];
  const results = await session.run({ input: x });
  model.outputs.forEach(({ name }, i) => expectClose(results[name]!, expected[i]!, 2e-6));
  await session.release();
  return model.graph.node!.map(({ opType, attribute = [] }) => {
    const direction = attribute.find(({ name }) => name === 'direction')?.s;
    return direction ? `${opType} ${new TextDecoder().decode(direction)}` : opType!;
  });
}

describe('a recurrent network', () => {
  it('over a sequence turned round and back is one operator in reverse', async () =>
    expect(await operatorsOf((x) => backward(x, 1))).toEqual(['Transpose', 'LSTM reverse', 'Reshape', 'Transpose']));

  it('over both ends of a sequence is one operator of both directions, for any batch and length', async () => {
    const nodes = ['Transpose', 'LSTM bidirectional', 'Transpose', 'Reshape'];
    expect(await operatorsOf(both)).toEqual(nodes);
    expect(await operatorsOf(both, ['batch', 'steps', inputs])).toEqual(nodes);
    expect(await operatorsOf(both, [2, 6, inputs])).toEqual(nodes);
  });

  it('over both ends stays two where their last states are wanted', async () => {
    const nodes = await operatorsOf((x) => {
      const { y, last } = lstm(x, 1);
      return [concatenate([y, backward(x, 5)], -1), last[0]];
    });
    expect(nodes.filter((op) => op.startsWith('LSTM'))).toEqual(['LSTM', 'LSTM reverse']);
  });

  it('with a known first state in one direction alone stays two', async () => {
    const started = (x: Tensor): Tensor => lstm(x, 1, tensor([[1, 2, 3, 4], [5, 6, 7, 8]], { dtype: 'float32' })).y;
    const nodes = await operatorsOf((x) => concatenate([started(x), backward(x, 5)], -1), [2, 6, inputs]);
    expect(nodes.filter((op) => op.startsWith('LSTM'))).toEqual(['LSTM', 'LSTM reverse']);
  });
});
