/** Layers that are one operator in a graph: normalisation, attention, recurrence. */
import { Bidirectional, dotProductAttention, GRUCell, LayerNorm, LSTMCell, makeCausalMask, MultiHeadDotProductAttention, OptimizedLSTMCell, RMSNorm, RNN, SimpleCell, type Carry } from '@flaxon/layers';
import { compile, exportOnnx } from '@flaxon/runtime-onnx';
import { concatenate, grad, initializers, mul, ones, random, relu, spec, sum, tree, vmap, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';

const key = random.key(7);
const normal = (seed: number, shape: readonly number[], dtype: 'float32' | 'float64' = 'float32'): Tensor => random.normal(random.key(seed), shape, { dtype });

type Operators = (string | undefined)[];
const operatorsOf = (model: { readonly graph: { readonly node?: readonly { readonly opType?: string }[] } }): Operators => (model.graph.node ?? []).map(({ opType }) => opType);

/** The operators of `f` on these arguments, after its results have been seen to agree with the eager ones. */
async function expectAgreeingOperators(f: (...args: Tensor[]) => Tensor, ...args: Tensor[]): Promise<Operators> {
  const compiled = compile(f);
  const found = Array.from((await compiled(...args)).data(), Number);
  Array.from(f(...args).data(), Number).forEach((wanted, i) => expect(Math.abs(found[i]! - wanted)).toBeLessThan(3e-6 * Math.max(1, Math.abs(wanted))));
  await compiled.release();
  return operatorsOf(compiled.lower(...args));
}

describe('normalisation over the last axes', () => {
  it.each([
    ['LayerNorm', new LayerNorm(), 'LayerNormalization'],
    ['LayerNorm without parameters', new LayerNorm({ useScale: false, useBias: false }), 'LayerNormalization'],
    ['LayerNorm over two axes', new LayerNorm({ reductionAxes: [-2, -1], featureAxes: [-2, -1] }), 'LayerNormalization'],
    ['RMSNorm', new RMSNorm(), 'RMSNormalization'],
  ] as const)('%s is one node, for any batch', async (_, layer, operator) => {
    const x = normal(1, [4, 3, 6]);
    const variables = layer.init(key, [x]);
    expect(operatorsOf(exportOnnx(layer.bind(variables), [spec('float32', ['batch', 3, 6])]))).toEqual([operator]);
    expect(await expectAgreeingOperators((input) => layer.apply(variables, [input]), x)).toEqual([operator]);
  });

  it('is decomposed in float64, where the operator is slower and less exact', async () => {
    const layer = new LayerNorm({ paramDtype: 'float64' });
    const x = normal(1, [4, 6], 'float64');
    expect(await expectAgreeingOperators((input) => layer.apply(layer.init(key, [x]), [input]), x)).not.toContain('LayerNormalization');
  });

  it('is decomposed where the parameters have other axes than the statistics', async () => {
    const layer = new LayerNorm({ reductionAxes: [-2, -1] });
    const x = normal(1, [4, 3, 6]);
    expect(await expectAgreeingOperators((input) => layer.apply(layer.init(key, [x]), [input]), x)).not.toContain('LayerNormalization');
  });

  it('agrees where every example has parameters of its own', async () => {
    const layer = new LayerNorm();
    const apply = (scale: Tensor, bias: Tensor, x: Tensor): Tensor => layer.apply({ params: { scale, bias } }, [x]);
    await expectAgreeingOperators((scale, bias, x) => vmap(apply)(scale, bias, x), normal(1, [5, 6]), normal(2, [5, 6]), normal(3, [5, 4, 6]));
  });

  it('agrees under differentiation', async () => {
    const layer = new LayerNorm();
    const loss = (scale: Tensor, x: Tensor): Tensor => sum(mul(layer.apply({ params: { scale, bias: scale } }, [x]), x));
    await expectAgreeingOperators((scale, x) => grad(loss, { argnums: 1 })(scale, x), normal(1, [6]), normal(2, [4, 6]));
  });
});

describe('attention whose weights nobody sees', () => {
  const [query, keys, value] = [normal(1, [2, 5, 3, 4]), normal(2, [2, 7, 3, 4]), normal(3, [2, 7, 3, 6])] as const;

  it('is one node and the reshapes of its heads', async () => {
    const operators = await expectAgreeingOperators((q, k, v) => dotProductAttention(q, k, v), query, keys, value);
    expect(operators.filter((operator) => operator !== 'Reshape')).toEqual(['Attention']);
  });

  it.each([
    ['a mask for all', random.bernoulli(key, 0.6, [1, 1, 5, 7])],
    ['a mask for each example', random.bernoulli(key, 0.6, [2, 1, 1, 7])],
    ['a mask for each head', random.bernoulli(key, 0.6, [3, 5, 7])],
    ['a mask of one row', random.bernoulli(key, 0.6, [7])],
    ['a mask that leaves nothing', random.bernoulli(key, 0, [1, 1, 5, 7])],
  ])('takes %s', async (_, mask) => {
    expect(await expectAgreeingOperators((q, k, v, m) => dotProductAttention(q, k, v, { mask: m }), query, keys, value, mask)).toContain('Attention');
    expect(await expectAgreeingOperators((q, k, v) => dotProductAttention(q, k, v, { mask }), query, keys, value)).not.toContain('Where');
  });

  it('takes a bias and a mask together', async () => {
    const mask = random.bernoulli(key, 0.6, [2, 3, 5, 7]);
    expect(await expectAgreeingOperators((q, k, v, bias) => dotProductAttention(q, k, v, { mask, bias }), query, keys, value, normal(4, [3, 5, 7]))).toContain('Attention');
  });

  it.each([
    ['no batch axis', [], [5, 7]],
    ['two batch axes and one mask', [2, 3], [1, 1, 1, 5, 7]],
    ['two batch axes and a mask for each', [2, 3], [2, 1, 1, 5, 7]],
  ])('agrees with %s', async (_, batch, maskShape) => {
    const mask = random.bernoulli(key, 0.6, maskShape);
    const operands = [normal(1, [...batch, 5, 3, 4]), normal(2, [...batch, 7, 3, 4]), normal(3, [...batch, 7, 3, 4])];
    await expectAgreeingOperators((q, k, v) => dotProductAttention(q!, k!, v!, { mask }), ...operands);
  });

  it('is decomposed where there is nothing to attend to, which the operator refuses', async () => {
    const [none, nothing] = [zeros([2, 0, 3, 4]), zeros([2, 0, 3, 6])];
    expect(Array.from(dotProductAttention(query, none, nothing).data(), Number)).toEqual(Array.from({ length: 2 * 5 * 3 * 6 }, () => 0));
    expect(await expectAgreeingOperators((q, k, v) => dotProductAttention(q, k, v), query, none, nothing)).not.toContain('Attention');
  });

  it('is decomposed where the weights are kept', () => {
    const layer = new MultiHeadDotProductAttention({ numHeads: 2 });
    const x = normal(1, [2, 5, 8]);
    const variables = layer.init(key, [x]);
    const kept = (input: Tensor): Tensor => layer.apply(variables, [input, { sowWeights: true }], { mutable: ['intermediates'] })[0];
    expect(operatorsOf(compile(kept).lower(x))).not.toContain('Attention');
  });

  it('leaves a self-attention layer with a dynamic batch eleven nodes', async () => {
    const layer = new MultiHeadDotProductAttention({ numHeads: 2 });
    const x = normal(1, [2, 5, 8]);
    const variables = layer.init(key, [x]);
    const mask = makeCausalMask(ones([1, 5]));
    const apply = (input: Tensor): Tensor => layer.apply(variables, [input, { mask }]);
    await expectAgreeingOperators(apply, x);
    const operators = operatorsOf(exportOnnx(apply, [spec('float32', ['batch', 5, 8])]));
    expect(operators.filter((operator) => operator !== 'Reshape').toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual(['Attention', 'Gemm', 'Gemm', 'Gemm', 'Gemm']);
    expect(operators).toHaveLength(11);
  });
});

describe('a recurrent cell over a sequence', () => {
  const x = normal(1, [3, 5, 4]);
  const without = (operators: Operators, ...moves: readonly string[]): Operators => operators.filter((operator) => !moves.includes(operator!));
  const moves = ['Transpose', 'Reshape', 'Squeeze', 'Unsqueeze'] as const;

  it.each([
    ['LSTM', new LSTMCell({ features: 6 })],
    ['LSTM', new OptimizedLSTMCell({ features: 6 })],
    ['GRU', new GRUCell({ features: 6 })],
  ] as const)('is one %s for any batch', async (operator, cell) => {
    const rnn = new RNN({ cell });
    const variables = rnn.init(key, [x]);
    const apply = (input: Tensor): Tensor => rnn.apply(variables, [input]) as Tensor;
    expect(without(await expectAgreeingOperators(apply, x), ...moves)).toEqual([operator]);
    expect(without(operatorsOf(exportOnnx(apply, [spec('float32', ['batch', 5, 4])])), ...moves)).toEqual([operator]);
  });

  it.each([
    ['LSTM', new LSTMCell({ features: 6, biasInit: initializers.normal({ stddev: 1 }) })],
    ['GRU', new GRUCell({ features: 6, biasInit: initializers.normal({ stddev: 1 }) })],
  ] as const)('is one %s from the last step to the first, with weights that are inputs, giving its carry', async (operator, cell) => {
    const rnn = new RNN({ cell, reverse: true, returnCarry: true, keepOrder: true });
    const variables = rnn.init(key, [x]);
    const [carry] = rnn.apply(variables, [x]) as readonly [Carry, Tensor];
    const { leaves, structure } = tree.flatten({ variables, carry } as tree.Tree<Tensor>);
    const apply = (input: Tensor, ...values: Tensor[]): Tensor => {
      const given = tree.unflatten(structure, values) as { variables: typeof variables; carry: Carry };
      const [last, y] = rnn.apply(given.variables, [input, { initialCarry: given.carry }]) as readonly [Carry, Tensor];
      return concatenate([sum(y, { axis: 1 }), ...(tree.leaves(last as tree.Tree<Tensor>))], -1);
    };
    expect(await expectAgreeingOperators(apply, x, ...leaves)).toContain(operator);
  });

  it('is one LSTM of both directions', async () => {
    const layer = new Bidirectional({ forwardRnn: new RNN({ cell: new LSTMCell({ features: 6 }) }), backwardRnn: new RNN({ cell: new LSTMCell({ features: 6 }) }) });
    const variables = layer.init(key, [x]);
    const operators = await expectAgreeingOperators((input) => layer.apply(variables, [input]) as Tensor, x);
    expect(operators.filter((operator) => operator === 'LSTM')).toHaveLength(1);
    expect(operators).not.toContain('Scan');
  });

  it.each([
    ['a cell without an operator', new SimpleCell({ features: 6 }), 'float32'],
    ['another activation', new LSTMCell({ features: 6, activationFn: relu }), 'float32'],
    ['float64', new LSTMCell({ features: 6, paramDtype: 'float64' }), 'float64'],
  ] as const)('stays a Scan for %s', async (_, cell, dtype) => {
    const rnn = new RNN({ cell });
    const input = normal(1, [3, 5, 4], dtype);
    const variables = rnn.init(key, [input]);
    expect(await expectAgreeingOperators((t) => rnn.apply(variables, [t]) as Tensor, input)).toContain('Scan');
  });

  it('agrees under differentiation, where every step is kept', async () => {
    const rnn = new RNN({ cell: new LSTMCell({ features: 6 }) });
    const variables = rnn.init(key, [x]);
    await expectAgreeingOperators((input) => grad((t: Tensor) => sum(rnn.apply(variables, [t]) as Tensor))(input), x);
  });
});
