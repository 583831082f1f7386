/**
 * What is shipped as a graph: forward passes, gradients, training steps with the state of the optimiser, several steps, samplers, decoders with a cache.
 * Each is a function of trees, exported from specs alone; the graph gives what the function gives, in a flat graph and as modules, and keeps its state
 * by feeding `next/<name>` back as `<name>`.
 */
import { Module, trainer, type Variables } from '@flaxon/core';
import { Dense, Dropout, Embed, LayerNorm, makeCausalMask, MultiHeadDotProductAttention } from '@flaxon/layers';
import { adam } from '@flaxon/optim';
import { models, sampleDirectly } from '@flaxon/quantum';
import { type ArgumentSpec, exportOnnx, type OnnxModel } from '@flaxon/runtime-onnx';
import { add, argmax, astype, foriLoop, index, mean, random, relu, reshape, scan, slice, spec, square, sub, type Tensor, tree, valueAndGrad, zeros, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { expectAgreement } from './layers/agreement.js';

const normal = (seed: number, shape: readonly number[]): Tensor => random.normal(random.key(seed), shape);

class Net extends Module.define({}) {
  call(x: Tensor, { train }: { readonly train: boolean }): Tensor {
    const hidden = new Dropout({ rate: 0.25, deterministic: !train }).call(relu(new Dense({ features: 8 }).call(x)));
    return new Dense({ features: 2 }).call(hidden);
  }
}

const net = new Net({});
const [x, target] = [normal(1, [6, 3]), normal(2, [6, 2])];
const variables = net.init(random.key(0), [x, { train: false }]);
type Params = Variables[string];
const params = variables['params']!;
const forward = (given: Variables, input: Tensor): Tensor => net.apply(given, [input, { train: false }]);
const loss = (given: Params, input: Tensor, wanted: Tensor): Tensor => mean(square(sub(forward({ params: given }, input), wanted)));

const training = trainer((m: Net, input: Tensor, wanted: Tensor) => mean(square(sub(m.call(input, { train: true }), wanted))), net, adam(1e-2));
const start = training.start(variables);
/** One step, with what changes under `next`, so that it can be fed back. */
const step = (state: typeof start, input: Tensor, wanted: Tensor, dropout: Tensor): unknown => {
  const [next, { value }] = training.step(state, [input, wanted], { dropout });
  return { state: next, loss: value };
};
const optimiser = adam(1e-2);
/** K steps on the rows of stacked batches, in one graph. */
const steps = (given: { readonly params: Params; readonly optimiser: unknown }, inputs: Tensor, wanted: Tensor): unknown => {
  const [state, losses] = scan(
    (carry: Tree<Tensor>, batch: Tree<Tensor>) => {
      const { params: now, optimiser: memory } = carry as never as { readonly params: Params; readonly optimiser: never };
      const [one, two] = batch as readonly [Tensor, Tensor];
      const [value, gradient] = valueAndGrad(loss)(now, one, two);
      const [updates, memoryAfter] = optimiser.update(gradient as never, memory, now as never);
      return [{ params: tree.map((a: Tensor, b: Tensor) => add(a, b), now as Tree<Tensor>, updates as Tree<Tensor>), optimiser: memoryAfter as never }, value] as const;
    },
    given as never,
    [inputs, wanted],
  );
  return { ...(state as object), losses };
};

const sites = 4;
const sampler = new models.FastARNNDense({ sites, localStates: [1, -1], layers: 2, features: 3 });
const samplerVariables = sampler.init(random.key(3), [zeros([1, sites], 'int8')]);
const draw = (given: Variables, key: Tensor): unknown => ({ ...sampleDirectly(given, { module: sampler, key, chainLength: 5 }) });

class Decoder extends Module.define({}) {
  call(tokens: Tensor, { decode }: { readonly decode: boolean }): Tensor {
    const h = new Embed({ numEmbeddings: 7, features: 8 }).call(tokens);
    const attention = new MultiHeadDotProductAttention({ numHeads: 2, decode });
    const attended = decode ? attention.call(new LayerNorm({}).call(h)) : attention.call(new LayerNorm({}).call(h), { mask: makeCausalMask(tokens) });
    return new Dense({ features: 7 }).call(add(h, attended));
  }
}

const decoder = new Decoder({});
const length = 6;
const prompt = astype(random.randint(random.key(5), [2, length], 0, 7), 'int32');
const { params: decoderParams, cache } = decoder.init(random.key(4), [prompt, { decode: true }]);

/** One token (batch, 1): its logits, and the cache with it. */
function decodeToken(state: Params, token: Tensor): { readonly logits: Tensor; readonly cache: Params } {
  const [logits, next] = decoder.apply({ params: decoderParams!, cache: state }, [token, { decode: true }], { mutable: ['cache'] });
  return { logits, cache: next['cache']! };
}
/** A prompt (batch, time) into an empty cache: the logits behind its last token, and the cache. */
function prefill(state: Params, tokens: Tensor): { readonly logits: Tensor; readonly cache: Params } {
  const count = tokens.shape[1] as number;
  const first = zeros([2, 1, 7]);
  const fed = foriLoop(0, count, (i: Tensor, carry: Tree<Tensor>) => {
    const one = carry as { readonly cache: Params; readonly logits: Tensor };
    const token = reshape(index(tokens, ['...', i]), [2, 1]);
    return decodeToken(one.cache, token) as never;
  }, { cache: state, logits: first } as never) as { readonly cache: Params; readonly logits: Tensor };
  return fed;
}

interface Artifact {
  readonly f: (...args: never[]) => unknown;
  readonly args: readonly unknown[];
  readonly names: readonly string[];
}

const artifacts: Readonly<Record<string, Artifact>> = {
  'forward with the weights as inputs': { f: forward, args: [variables, x], names: ['', 'x'] },
  'value and gradient': { f: valueAndGrad(loss), args: [params, x, target], names: ['params', 'x', 'target'] },
  'a training step with the state of Adam': { f: step, args: [start, x, target, random.key(7)], names: ['state', 'x', 'target', 'key'] },
  'three steps in one graph': { f: steps, args: [{ params, optimiser: optimiser.init(params as never) }, normal(8, [3, 6, 3]), normal(9, [3, 6, 2])], names: ['', 'inputs', 'targets'] },
  'an autoregressive sampler with a key': { f: draw, args: [samplerVariables, random.key(11)], names: ['', 'key'] },
  'prefill with a cache collection': { f: prefill, args: [cache, slice(prompt, [0, 0], [2, 4])], names: ['cache', 'tokens'] },
  'decode with a cache collection': { f: decodeToken, args: [cache, slice(prompt, [0, 0], [2, 1])], names: ['cache', 'token'] },
};

const specsOf = (value: unknown): ArgumentSpec => tree.map((leaf: Tensor) => spec(leaf.dtype, leaf.shape), value as Tree<Tensor>) as ArgumentSpec;
const leavesOf = (value: unknown): Tensor[] => tree.leaves<Tensor>(value as Tree<Tensor>);

const exported = ({ f, args, names }: Artifact, functions: 'operators' | 'modules' = 'operators'): OnnxModel => exportOnnx(f, args.map(specsOf), { argumentNames: names, functions });

const feedsOf = (model: OnnxModel, args: readonly unknown[]): Record<string, Tensor> => {
  const leaves = args.flatMap(leavesOf);
  return Object.fromEntries(model.inputs.map(({ name }, i) => [name, leaves[i]!]));
};

describe.each(Object.entries(artifacts))('%s', (_, artifact) => {
  it.each(['operators', 'modules'] as const)('gives as a graph of %s what it gives eagerly', async (functions) => {
    const model = exported(artifact, functions);
    const session = await model.createSession();
    const results = await session.run(feedsOf(model, artifact.args));
    await session.release();
    expectAgreement(model.outputs.map(({ name }) => results[name]!), leavesOf(artifact.f(...(artifact.args as never[]))));
  });

  it('captures no weights: what it computes with comes in by name', () => {
    const model = exported(artifact);
    expect(model.inputs.length).toBe(artifact.args.flatMap(leavesOf).length);
  });
});

describe('a forward pass with the weights inside', () => {
  it('has the arguments as its only inputs, and the weights under their paths', async () => {
    const model = exportOnnx(net.bind(variables), [spec('float32', ['batch', 3]), { train: false }], { argumentNames: ['x'] });
    expect(model.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(model.graph.initializer!.map(({ name }) => name!).toSorted((a, b) => a.localeCompare(b))).toEqual(['params/Dense_0/bias', 'params/Dense_0/kernel', 'params/Dense_1/bias', 'params/Dense_1/kernel']);
    const session = await model.createSession();
    expectAgreement([(await session.run({ x }))['output']!], [forward(variables, x)]);
    await session.release();
  });
});

describe('state', () => {
  it('of a training step goes round: three steps of the graph are three steps of the trainer', async () => {
    const artifact = artifacts['a training step with the state of Adam']!;
    const model = exported(artifact);
    const session = await model.createSession();
    let feeds = feedsOf(model, artifact.args);
    let state = start;
    for (let i = 0; i < 3; i++) {
      const results = await session.run(feeds);
      state = (step(state, x, target, random.key(7)) as { readonly state: typeof start }).state;
      feeds = Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, results[`next/${name}`] ?? value]));
    }
    await session.release();
    expectAgreement(Object.entries(feeds).filter(([name]) => name.startsWith('state/')).map(([, value]) => value), leavesOf(state));
  });

  it('of a decoder goes from the graph of the prompt to that of a token, and both together are attention at once', async () => {
    const [first, next] = [exported(artifacts['prefill with a cache collection']!), exported(artifacts['decode with a cache collection']!)];
    const [one, two] = [await first.createSession(), await next.createSession()];
    const whole = decoder.apply({ params: decoderParams! }, [prompt, { decode: false }]);
    let results = await one.run({ ...feedsOf(first, [cache, slice(prompt, [0, 0], [2, 4])]) });
    const logits = [results['logits']!];
    for (let at = 4; at < length; at++) {
      const state = Object.fromEntries(next.inputs.filter(({ name }) => name.startsWith('cache/')).map(({ name }) => [name, results[`next/${name}`]!]));
      results = await two.run({ ...state, token: slice(prompt, [0, at], [2, at + 1]) });
      logits.push(results['logits']!);
    }
    await Promise.all([one.release(), two.release()]);
    const wanted = [3, 4, 5].map((at) => slice(whole, [0, at, 0], [2, at + 1, 7]));
    expectAgreement(logits, wanted);
    expect(argmax(logits[2]!, { axis: -1 }).shape).toEqual([2, 1]);
  });

  it('of a sampler is its key: another key draws other samples, the same one the same', async () => {
    const artifact = artifacts['an autoregressive sampler with a key']!;
    const model = exported(artifact);
    const session = await model.createSession();
    const samples = async (seed: number): Promise<string> => {
      const results = await session.run(feedsOf(model, [samplerVariables, random.key(seed)]));
      return Array.from(Object.entries(results).find(([name]) => name.endsWith('samples'))![1].data(), Number).join();
    };
    const [one, again, other] = [await samples(1), await samples(1), await samples(2)];
    await session.release();
    expect([one === again, one === other]).toEqual([true, false]);
  });
});
