import { ones, tensor, trace, tree, zeros, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { adam, adamw, applyUpdates, clipByGlobalNorm, flatten, sgd, trace as momentum, type GradientTransformation, type OptimizerState } from '../src/index.js';

const params = { a: zeros([2, 3]), b: { w: ones([4]), s: tensor(2, { dtype: 'float32' }) } };
const gradient = { a: tensor([[1, 2, 3], [4, 5, 6]], { dtype: 'float32' }), b: { w: tensor([-1, 0.5, 2, 3]), s: tensor(0.25) } };
const values = (of: Tree<Tensor>): unknown => tree.map((leaf: Tensor) => leaf.toArray(), of);

/** How many equations an update has whose gradients and state are inputs. */
function equations(optimizer: GradientTransformation): number {
  const inputs = tree.flatten<Tensor>([gradient, optimizer.init(params)]);
  const { program } = trace((...leaves) => {
    const [updates, state] = tree.unflatten(inputs.structure, leaves) as [typeof gradient, OptimizerState];
    return tree.leaves<Tensor>(optimizer.update(updates, state, params));
  }, inputs.leaves);
  return program.equations.length;
}

describe('flatten', () => {
  it.each<[string, GradientTransformation]>([['adam', adam(0.1)], ['adamw', adamw(0.1)], ['clipByGlobalNorm', clipByGlobalNorm(2)], ['sgd with momentum', sgd(0.1, { momentum: 0.9 })]])(
    'gives the updates of %s on the tree',
    (_, optimizer) => {
      const flat = flatten(optimizer);
      const [plain] = optimizer.update(gradient, optimizer.init(params), params);
      const [flattened] = flat.update(gradient, flat.init(params), params);
      expect(values(flattened)).toEqual(values(plain));
    },
  );

  it('has one vector in its state where all parameters have one dtype', () => {
    expect(flatten(momentum({ decay: 0.9 })).init(params).trace).toMatchObject({ shape: [11], dtype: 'float32' });
  });

  it('has one vector for each dtype', () => {
    const mixed = { a: zeros([2]), b: zeros([3], 'float64'), c: zeros([4]) };
    const flat = flatten(sgd(0.5, { momentum: 0.9 }));
    expect(flat.init(mixed)[0]).toMatchObject({ trace: { float32: { shape: [6] }, float64: { shape: [3] } } });
    const [updates] = flat.update({ a: ones([2]), b: ones([3], 'float64'), c: ones([4]) }, flat.init(mixed));
    expect(tree.map((leaf: Tensor) => [leaf.dtype, leaf.toArray()], updates)).toEqual({ a: ['float32', [-0.5, -0.5]], b: ['float64', [-0.5, -0.5, -0.5]], c: ['float32', [-0.5, -0.5, -0.5, -0.5]] });
  });

  it('leaves a tree without leaves alone', () => {
    const flat = flatten(adam(0.1));
    expect(flat.update({}, flat.init({}))[0]).toEqual({});
  });

  it('traces with fewer equations where there are several parameters', () => {
    expect(equations(flatten(adam(0.1)))).toBeLessThan(equations(adam(0.1)));
  });

  it('gives updates that fit the parameters', () => {
    const flat = flatten(sgd(1));
    const [updates] = flat.update(gradient, flat.init(params));
    expect(values(applyUpdates(params, updates))).toEqual({ a: [[-1, -2, -3], [-4, -5, -6]], b: { s: 1.75, w: [2, 0.5, -1, -2] } });
  });
});
