import { ArgumentError, DtypeError, mul, ones, scalar, scan, ShapeError, sum, tensor, trace as traceProgram, tree, TreeError, valueAndGrad, zeros, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import {
  adam, adamw, addDecayedWeights, applyUpdates, chain, clip, clipByGlobalNorm, cosineDecaySchedule, globalNorm, identity, MissingParamsError,
  OptimizerStateError, scale, scaleByAdam, scaleByLearningRate, sgd, trace, type AdamState, type GradientTransformation,
} from '../src/index.js';

const float = { dtype: 'float32' } as const;
const values = (of: Tree<Tensor>): unknown => tree.map((leaf: Tensor) => leaf.toArray(), of);

describe('adam', () => {
  it('with float64 parameters keeps float64 moments', () => {
    const state = adam(0.1).init({ w: zeros([2], 'float64') });
    const [updates, [{ mu, nu, count }]] = adam(0.1).update({ w: ones([2], 'float64') }, state);
    expect(tree.leaves<Tensor>([updates, mu, nu]).map(({ dtype }) => dtype)).toEqual(['float64', 'float64', 'float64']);
    expect(count.dtype).toBe('int32');
  });

  it('with float64 parameters computes its corrections in float64', () => {
    // 1 - 0.999 in float32 is wrong in the fifth digit; the first step of Adam is the sign of the gradient.
    const optimizer = adam(1, { eps: 0 });
    const [updates] = optimizer.update(tensor([3], { dtype: 'float64' }), optimizer.init(zeros([1], 'float64')));
    expect(updates.data()[0]).toBeCloseTo(-1, 14);
  });

  it('keeps the mean in the dtype asked for', () => {
    const optimizer = adam(0.1, { muDtype: 'bfloat16' });
    const [, [state]] = optimizer.update(ones([2]), optimizer.init(zeros([2])));
    expect(state.mu).toMatchObject({ dtype: 'bfloat16' });
    expect(state.nu).toMatchObject({ dtype: 'float32' });
  });

  it('has the numbers of scaleByAdam and scaleByLearningRate one after the other', () => {
    const [together, apart] = [adam(0.1), chain(scaleByAdam(), scaleByLearningRate(0.1))];
    const gradient = tensor([0.5, -2], { dtype: 'float64' });
    const [a] = together.update(gradient, together.init(gradient));
    const [b] = apart.update(gradient, apart.init(gradient));
    const [got, want] = [[...a.data()].map(Number), [...b.data()].map(Number)];
    got.forEach((value, i) => expect(value).toBeCloseTo(want[i]!, 14));
  });

  it('does not move a parameter that never had a gradient', () => {
    const optimizer = adam(0.1);
    const [updates] = optimizer.update(zeros([3]), optimizer.init(zeros([3])));
    expect(updates.toArray()).toEqual([-0, -0, -0]);
  });

  it('takes four operations for its direction, three for the mean and four for the mean square, on each parameter', () => {
    const optimizer = adam(cosineDecaySchedule({ initValue: 1e-3, decaySteps: 9 }));
    const { program } = traceProgram((g, m, v, count, steps) => {
      const [updates, state] = optimizer.update(g!, [{ count: count!, mu: m!, nu: v! }, { count: steps! }]);
      return tree.leaves<Tensor>([updates, state]);
    }, [...[0, 1, 2].map(() => ({ shape: [4], dtype: 'float32' as const })), ...[0, 1].map(() => ({ shape: [], dtype: 'int32' as const }))]);
    const onParameters = program.equations.filter(({ outputs }) => outputs[0]!.shape.length === 1).map(({ primitive }) => primitive);
    expect(onParameters.toSorted()).toEqual(['mul', 'mul', 'add', 'mul', 'mul', 'mul', 'add', 'mul', 'sqrt', 'add', 'div'].toSorted());
  });
});

describe('a learning rate', () => {
  it('may be a tensor, such as an input of the step', () => {
    const [updates] = sgd(scalar(0.5, 'float32')).update(tensor([2, 4], { dtype: 'float32' }), sgd(0.5).init(zeros([2])));
    expect(updates.toArray()).toEqual([-1, -2]);
  });

  it('that is a tensor does not change the dtype of updates', () => {
    const [updates] = sgd(scalar(0.5, 'float64')).update(tensor([2, 4], { dtype: 'float32' }), sgd(0.5).init(zeros([2])));
    expect(updates.dtype).toBe('float32');
  });

  it('of a schedule is that of the count before the update', () => {
    const optimizer = sgd(cosineDecaySchedule({ initValue: 1, decaySteps: 2 }));
    const [first, after] = optimizer.update(ones([1], 'float64'), optimizer.init(ones([1], 'float64')));
    const [second] = optimizer.update(ones([1], 'float64'), after);
    expect([first.data()[0], second.data()[0]]).toEqual([-1, expect.closeTo(-0.5, 14)]);
  });

  it('keeps its sign with flipSign false', () => {
    const transformation = scaleByLearningRate(0.5, { flipSign: false });
    expect(transformation.update(tensor([2, 4], { dtype: 'float32' }), transformation.init(null))[0].toArray()).toEqual([1, 2]);
  });

  it('that is no number, tensor or schedule is refused', () => {
    expect(() => sgd('0.1' as never)).toThrow(/`learningRate` must be a number, found "0.1"/);
    expect(() => adam(Number.NaN)).toThrow(ArgumentError);
  });
});

it('a count stays at the largest int32 and does not wrap around', () => {
  const optimizer = scaleByAdam();
  const state = { ...optimizer.init(zeros([1])), count: scalar(2 ** 31 - 1, 'int32') };
  expect(optimizer.update(ones([1]), state)[1].count.item()).toBe(2 ** 31 - 1);
});

describe('chain', () => {
  it('applies the first transformation first', () => {
    const transformation = chain(scale(10), clip(1));
    expect(transformation.update(tensor([0.5, -0.01]), transformation.init(null))[0].toArray()).toEqual([1, expect.closeTo(-0.1, 6)]);
  });

  it('of nothing leaves updates as they are', () => {
    expect(chain().update(tensor([1, 2]), [])[0].toArray()).toEqual([1, 2]);
  });

  it('types its state by its parts', () => {
    const [, [adamState]] = chain(scaleByAdam(), identity()).update(ones([1]), chain(scaleByAdam(), identity()).init(ones([1])));
    const { count }: AdamState = adamState;
    expect(count.item()).toBe(1);
  });
});

describe('clipping', () => {
  it('the global norm is that of all leaves together', () => {
    expect(globalNorm({ a: tensor([3, 0]), b: [tensor([[4]])] }).item()).toBe(5);
  });

  it('the global norm of nothing is 0', () => {
    expect(globalNorm({}).item()).toBe(0);
  });

  it('by global norm scales all leaves by one factor', () => {
    const [updates] = clipByGlobalNorm(1).update({ a: tensor([3, 0], float), b: tensor([4], float) }, {});
    expect(values(updates)).toEqual({ a: [expect.closeTo(0.6, 6), 0], b: [expect.closeTo(0.8, 6)] });
  });

  it('by global norm leaves smaller updates as they are', () => {
    expect(clipByGlobalNorm(5.5).update({ a: tensor([3, 0], float), b: tensor([4], float) }, {})[0].b.toArray()).toEqual([4]);
  });

  it('to less than nothing is refused', () => {
    expect(() => clip(-1)).toThrow(/`maxDelta` must not be negative, found -1/);
    expect(() => clipByGlobalNorm(-1)).toThrow(ArgumentError);
  });
});

describe('applyUpdates', () => {
  it('keeps the dtypes of the parameters', () => {
    expect(applyUpdates(ones([2], 'bfloat16'), ones([2], 'float32')).dtype).toBe('bfloat16');
  });

  it('refuses updates that would broadcast, naming the leaf', () => {
    const apply = (): unknown => applyUpdates({ a: zeros([1]), b: { w: zeros([3]) } }, { a: zeros([1]), b: { w: zeros([1]) } });
    expect(apply).toThrow(ShapeError);
    expect(apply).toThrow(/b\/w/);
  });

  it('refuses a tree of another structure, naming the place', () => {
    expect(() => applyUpdates({ a: zeros([1]), b: zeros([1]) }, { a: zeros([1]) })).toThrow(TreeError);
  });
});

describe('what update is given', () => {
  it('gradients of integers are refused, in which a step would be nothing', () => {
    expect(() => sgd(0.1).update(tensor([3], { dtype: 'int32' }), sgd(0.1).init(zeros([1])))).toThrow(DtypeError);
  });

  const gradient = { w: ones([2]) };

  it.each<[string, GradientTransformation]>([['adam', adam(0.1)], ['adamw', adamw(0.1)], ['trace', trace({ decay: 0.9 })], ['chain', chain(scale(1), scale(2))]])(
    '%s refuses a state that it did not make',
    (name, transformation) => {
      const update = (): unknown => transformation.update(gradient, {}, gradient);
      expect(update).toThrow(OptimizerStateError);
      expect(update).toThrow(new RegExp(`^${name}: the state must be`));
    },
  );

  it('a gradient of another shape than the state is refused', () => {
    expect(() => adam(0.1).update({ w: ones([1]) }, adam(0.1).init(gradient))).toThrow(ShapeError);
  });

  it('a gradient of another structure than the state is refused', () => {
    expect(() => adam(0.1).update({ v: ones([2]) }, adam(0.1).init(gradient))).toThrow(TreeError);
  });

  it.each<[string, GradientTransformation]>([['addDecayedWeights', addDecayedWeights(0.1)], ['adamw', adamw(0.1)]])('%s needs the parameters', (_, transformation) => {
    const update = (): unknown => transformation.update(gradient, transformation.init(gradient));
    expect(update).toThrow(MissingParamsError);
    expect(update).toThrow(/optimizer\.update\(gradients, state, params\)/);
  });

  it('an option that an optimiser does not know is refused by name', () => {
    const options = { b2: 0.9, beta1: 0.5 };
    expect(() => adam(0.1, options)).toThrow(/adam: `beta1` is not an option; those are b1, b2, eps, epsRoot, muDtype, nesterov/);
  });

  it('an option that is no number is refused by name', () => {
    expect(() => adam(0.1, { b1: '0.9' as never })).toThrow(/`b1` must be a number, found "0.9"/);
  });
});

describe('tracing', () => {
  const loss = (w: Tensor, x: Tensor): Tensor => sum(mul(mul(w, w), x));
  const optimizer = adam(cosineDecaySchedule({ initValue: 0.1, decaySteps: 10 }));

  it('a scan of steps gives what the steps give one by one', () => {
    const x = tensor([[1, 2], [3, 1], [0.5, 4]], { dtype: 'float64' });
    const start = tensor([1, -1], { dtype: 'float64' });
    const step = ({ w, state }: { w: Tensor; state: Tree<Tensor> }, row: Tensor): [{ w: Tensor; state: Tree<Tensor> }, Tensor] => {
      const [value, gradient] = valueAndGrad(loss)(w, row);
      const [updates, next] = optimizer.update(gradient, state);
      return [{ w: applyUpdates(w, updates), state: next }, value];
    };
    const [scanned, losses] = scan(step, { w: start, state: optimizer.init(start) as Tree<Tensor> }, x);
    let carry = { w: start, state: optimizer.init(start) as Tree<Tensor> };
    const single = [[1, 2], [3, 1], [0.5, 4]].map((row) => {
      const [next, value] = step(carry, tensor(row, { dtype: 'float64' }));
      carry = next;
      return value.item();
    });
    expect(losses.toArray()).toEqual(single);
    expect(values(scanned)).toEqual(values(carry));
  });
});
