/** Modules of real networks as ONNX functions. */
import { Module } from '@flaxon/core';
import { Conv, Dense, Dropout, GRUCell, LayerNorm, MultiHeadDotProductAttention, RNN } from '@flaxon/layers';
import { exportOnnx, type OnnxModel } from '@flaxon/runtime-onnx';
import { add, gelu, mean, mul, random, relu, spec, sum, tree, valueAndGrad, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { expectAgreement } from './layers/agreement.js';

const normal = (seed: number, shape: readonly number[]): Tensor => random.normal(random.key(seed), shape);
const functionsOf = (model: OnnxModel) => model.data.functions ?? [];
const namesOf = (model: OnnxModel): string[] => functionsOf(model).map(({ name }) => name!);

async function run(model: OnnxModel, feeds: readonly Tensor[]): Promise<Tensor[]> {
  const session = await model.createSession();
  const results = await session.run(Object.fromEntries(model.inputs.map(({ name }, i) => [name, feeds[i]!])));
  await session.release();
  return model.outputs.map(({ name }) => results[name]!);
}

class Block extends Module.define({}) {
  call(x: Tensor): Tensor {
    const attended = add(x, new MultiHeadDotProductAttention({ numHeads: 2 }).call(new LayerNorm({}).call(x)));
    const hidden = gelu(new Dense({ features: 16 }).call(new LayerNorm({}).call(attended)));
    return add(attended, new Dense({ features: 8 }).call(hidden));
  }
}

class Transformer extends Module.define({}) {
  call(x: Tensor): Tensor {
    let hidden = new Dense({ features: 8 }, { name: 'embedding' }).call(x);
    for (let i = 0; i < 6; i++) hidden = new Block({}).call(hidden);
    return new Dense({ features: 3 }).call(mean(hidden, { axis: 1 }));
  }
}

describe('a transformer as modules', () => {
  const model = new Transformer({});
  const x = normal(0, [2, 5, 4]);
  const variables = model.init(random.key(0), [x]);
  const bound = model.bind(variables);
  const specs = [spec('float32', ['batch', 5, 4])];

  it('has one function for its six blocks, with their weights as operands', () => {
    const graph = exportOnnx(bound, specs, { functions: 'modules' });
    expect(namesOf(graph).filter((name) => name.startsWith('Block'))).toEqual(['Block']);
    const calls = graph.graph.node!.filter(({ opType }) => opType === 'Block');
    expect(calls.map(({ name }) => name)).toEqual(['Block_0', 'Block_1', 'Block_2', 'Block_3', 'Block_4', 'Block_5']);
    expect(calls[3]!.input).toContain('params/Block_3/Dense_1/kernel');
    expect(functionsOf(graph).find(({ name }) => name === 'Block')!.input).toContain('Dense_1/kernel');
    expect(graph.graph.node!.length).toBe(9);
  });

  it('nests: blocks call attention, attention calls projections, by the class of the module whatever its name', () => {
    const graph = exportOnnx(bound, specs, { functions: 'modules' });
    const called = (name: string): string[] => functionsOf(graph).find((one) => one.name === name)!.node!.filter(({ domain }) => domain === 'flaxon.modules').map((node) => `${node.name}: ${node.opType}`);
    expect(called('Block')).toEqual(['LayerNorm_0: LayerNorm', 'MultiHeadDotProductAttention_0: MultiHeadDotProductAttention', 'LayerNorm_1: LayerNorm', 'Dense_0: Dense_1', 'Dense_1: Dense_2']);
    expect(called('MultiHeadDotProductAttention')).toEqual(['query: DenseGeneral', 'key: DenseGeneral', 'value: DenseGeneral', 'out: DenseGeneral']);
    expect(graph.graph.node![0]!.opType).toBe('Dense');
  });

  it.each([18, 20, 21, 23, 24, 26])('gives the same numbers at opset %i, in a flat graph and eagerly', async (opset) => {
    const [modules] = await run(exportOnnx(bound, specs, { functions: 'modules', opset }), [x]);
    const [flat] = await run(exportOnnx(bound, specs, { opset }), [x]);
    expectAgreement([modules!, flat!], [model.apply(variables, [x]), model.apply(variables, [x])]);
  });

  it('gives the value and the gradient of a loss, forward and backward nodes in functions of their modules', async () => {
    const loss = (params: Tree<Tensor>, input: Tensor): Tensor => sum(mul(model.apply({ params: params as never }, [input]), 0.5));
    const wanted = valueAndGrad(loss)(variables['params'] as Tree<Tensor>, x) as readonly [Tensor, Tree<Tensor>];
    const described = tree.map(({ dtype, shape }: Tensor) => spec(dtype, shape), variables['params'] as Tree<Tensor>);
    const graph = exportOnnx(valueAndGrad(loss), [described as never, spec('float32', [2, 5, 4])], { functions: 'modules', argumentNames: ['params', 'x'] });
    const found = await run(graph, [...tree.leaves<Tensor>(variables['params'] as Tree<Tensor>), x]);
    expectAgreement(found, [wanted[0], ...tree.leaves<Tensor>(wanted[1])]);
    expect(namesOf(graph).some((name) => name.startsWith('Block'))).toBe(true);
  });
});

describe('other networks as modules', () => {
  it('with the names of operators as names of classes are not taken for operators', async () => {
    class Network extends Module.define({}) {
      call(x: Tensor): Tensor {
        return relu(new Conv({ features: 3, kernelSize: [3], padding: 'CAUSAL' }).call(relu(new Conv({ features: 2, kernelSize: [3], useBias: false }).call(x))));
      }
    }
    const model = new Network({});
    const x = normal(1, [2, 7, 3]);
    const variables = model.init(random.key(0), [x]);
    const graph = exportOnnx(model.bind(variables), [spec('float32', ['n', 7, 3])], { functions: 'modules' });
    expect(namesOf(graph)).toEqual(['Conv', 'Conv_1']);
    expect(functionsOf(graph)[0]!.node!.map(({ opType }) => opType)).toContain('Conv');
    expectAgreement(await run(graph, [x]), [model.apply(variables, [x])]);
  });

  it('of two shapes share a function where their nodes are the same', async () => {
    class Network extends Module.define({}) {
      call(x: Tensor): Tensor {
        return new Dense({ features: 2 }).call(relu(new Dense({ features: 5 }).call(x)));
      }
    }
    const model = new Network({});
    const x = normal(2, [4, 3]);
    const variables = model.init(random.key(0), [x]);
    const graph = exportOnnx(model.bind(variables), [spec('float32', ['n', 3])], { functions: 'modules' });
    expect(namesOf(graph)).toEqual(['Dense']);
    expect(graph.graph.node!.map(({ opType }) => opType)).toEqual(['Dense', 'Relu', 'Dense']);
    expectAgreement(await run(graph, [x]), [model.apply(variables, [x])]);
  });

  it('with loops have their functions inside the loop', async () => {
    class Recurrent extends Module.define({}) {
      call(x: Tensor): Tensor {
        const hidden = new RNN({ cell: new GRUCell({ features: 4, gateFn: gelu }) }).call(x) as Tensor;
        return new Dense({ features: 2 }).call(hidden);
      }
    }
    const model = new Recurrent({});
    const x = normal(3, [2, 6, 3]);
    const variables = model.init(random.key(0), [x]);
    const graph = exportOnnx(model.bind(variables), [spec('float32', [2, 6, 3])], { functions: 'modules' });
    const scans = functionsOf(graph).flatMap(({ node = [] }) => node).filter(({ opType }) => opType === 'Scan');
    expect(scans.length).toBe(1);
    const calls = scans[0]!.attribute!.find(({ g }) => g)!.g!.node!.filter(({ domain }) => domain === 'flaxon.modules');
    expect(calls.map(({ name, opType }) => `${name}: ${opType}`)).toEqual(['GRUCell_0: GRUCell']);
    expectAgreement(await run(graph, [x]), [model.apply(variables, [x])]);
  });

  it('draw the masks that they draw eagerly', async () => {
    class Noisy extends Module.define({}) {
      call(x: Tensor): Tensor {
        return new Dropout({ rate: 0.5, deterministic: false }).call(new Dropout({ rate: 0.25, deterministic: false }).call(x));
      }
    }
    const model = new Noisy({});
    const [x, key] = [normal(4, [8, 8]), random.key(5)];
    const graph = exportOnnx((input: Tensor, dropout: Tensor) => model.apply({}, [input], { rngs: { dropout } }), [spec('float32', [8, 8]), spec('uint32', [2])], { functions: 'modules' });
    expectAgreement(await run(graph, [x, key]), [model.apply({}, [x], { rngs: { dropout: key } })]);
  });
});
