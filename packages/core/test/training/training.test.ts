import { add, ArgumentError, concatenate, expandDims, grad, mean, mul, neg, random, scan, ShapeError, square, sub, sum, tensor, tree, zerosLike, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { Module, trainer, valueAndGradVariables, type Optimizer, type TrainState, type Variables } from '../../src/index.js';
import { Dense, valuesAt } from '../layers.js';

const key = random.key(0);
const x = random.normal(random.key(1), [4, 3]);
const target = random.normal(random.key(2), [4, 2]);

/** Takes off a running mean that each call moves, and adds noise. */
class Centered extends Module.define({}) {
  call(input: Tensor): Tensor {
    const running = this.variable<Tensor>('batch_stats', 'mean', () => zerosLike(mean(input, { axis: 0 })));
    if (!this.isInitializing()) running.value = add(mul(running.value, 0.5), mul(mean(input, { axis: 0 }), 0.5));
    const noise = mul(random.normal(this.makeRng('noise'), input.staticShape()), 0.1);
    return add(sub(input, running.value), noise);
  }
}
class Model extends Module.define({}) {
  call(input: Tensor): Tensor {
    return new Dense({ features: 2 }).call(new Centered().call(input));
  }
}
const model = new Model();
const variables = model.init(key, [x]);
const loss = (m: Model, input: Tensor, wanted: Tensor): Tensor => sum(square(sub(m.call(input), wanted)));
const rngs = { noise: random.key(3) };

const numbers = (of: Tree<Tensor>): number[] => tree.leaves<Tensor>(of).flatMap((leaf) => [...(leaf.data() as Float32Array)]);

describe('valueAndGradVariables', () => {
  const found = valueAndGradVariables(loss, model, { mutable: ['batch_stats'] })(variables, [x, target], { rngs });

  it('gives the value and the gradients that the parts give', () => {
    const run = (params: Variables[string]): Tensor => {
      const [y] = model.apply({ ...variables, params }, [x], { rngs, mutable: ['batch_stats'] });
      return sum(square(sub(y, target)));
    };
    expect(Object.keys(found.gradients)).toEqual(['params']);
    expect(numbers(found.gradients['params']!)).toEqual(numbers(grad(run)(variables['params']!) as Tree<Tensor>));
    expect(found.value.item()).toBe(run(variables['params']!).item());
  });

  it('gives all variables back, with what was written', () => {
    const [, { batch_stats: written }] = model.apply(variables, [x], { rngs, mutable: ['batch_stats'] });
    expect(valuesAt(found.variables, 'batch_stats/Centered_0/mean')).toEqual(valuesAt({ written: written! }, 'written/Centered_0/mean'));
    expect(found.variables['params']).toBe(variables['params']);
  });

  it('hands on what the function returns besides the loss', () => {
    const withAux = valueAndGradVariables((m: Model, input: Tensor) => [sum(m.call(input)), { largest: mean(input) }] as const, model, { mutable: 'batch_stats' });
    const { aux } = withAux(variables, [x], { rngs });
    expectTypeOf(aux).toEqualTypeOf<{ readonly largest: Tensor }>();
    expect(aux.largest.item()).toBe(mean(x).item());
    expectTypeOf(found.aux).toEqualTypeOf<null>();
    expect(found.aux).toBeNull();
  });

  it('differentiates other collections where that is asked for', () => {
    class Perturbed extends Module.define({}) {
      call(input: Tensor): Tensor {
        return sum(square(this.perturb('h', input)));
      }
    }
    const inner = new Perturbed();
    const made = inner.init(key, [x]);
    const { gradients } = valueAndGradVariables((m: Perturbed, input: Tensor) => m.call(input), inner, { collections: 'perturbations' })(made, [x]);
    expect(numbers(gradients)).toEqual(numbers(mul(x, 2)));
  });

  it('says so where nothing would be differentiated', () => {
    expect(() => valueAndGradVariables(loss, model, { collections: 'parms' })(variables, [x, target], { rngs })).toThrow(ArgumentError);
    expect(() => valueAndGradVariables(loss, model, { collections: 'parms' })(variables, [x, target], { rngs })).toThrow(/batch_stats, params|params, batch_stats/);
  });

  it('needs a scalar', () => {
    expect(() => valueAndGradVariables((m: Model, input: Tensor) => m.call(input), model, { mutable: true })(variables, [x], { rngs })).toThrow(ShapeError);
  });
});

/** Steepest descent that counts its steps. */
const descent: Optimizer<{ count: Tensor }> = {
  init: () => ({ count: tensor(0, { dtype: 'float32' }) }),
  update: (updates, { count }) => [tree.map((update: Tensor) => neg(mul(update, 0.01)), updates), { count: add(count, 1) }],
};

describe('trainer', () => {
  const training = trainer(loss, model, descent, { mutable: ['batch_stats'] });
  type State = TrainState<{ count: Tensor }>;

  it('steps: gradient, update, what was written, the count', () => {
    const start = training.start(variables);
    const [next, { value, gradients }] = training.step(start, [x, target], rngs);
    const own = valueAndGradVariables(loss, model, { mutable: ['batch_stats'] })(variables, [x, target], { rngs: { noise: random.foldIn(rngs.noise, 0) } });
    expect(value.item()).toBe(own.value.item());
    expect(numbers(gradients)).toEqual(numbers(own.gradients));
    const moved = tree.map((param: Tensor, gradient: Tensor) => sub(param, mul(gradient, 0.01)), variables['params']!, own.gradients['params']!);
    expect(numbers(next.variables['params']!)).toEqual(numbers(moved));
    expect(numbers(next.variables['batch_stats']!)).toEqual(numbers(own.variables['batch_stats']!));
    expect([next.step.item(), next.optimizer.count.item()]).toEqual([1, 1]);
  });

  it('draws other numbers at each step', () => {
    const start = training.start(variables);
    const later: State = { ...start, step: add(start.step, 1) };
    expect(training.step(start, [x, target], rngs)[1].value.item()).not.toBe(training.step(later, [x, target], rngs)[1].value.item());
  });

  it('lowers the loss, and a scan over steps is the loop', () => {
    let state: State = training.start(variables);
    const values: number[] = [];
    for (let i = 0; i < 20; i++) {
      const [next, { value }] = training.step(state, [x, target], rngs);
      state = next;
      values.push(value.item() as number);
    }
    expect(values[19]).toBeLessThan(values[0]! * 0.8);
    const xs = concatenate(Array.from({ length: 20 }, () => expandDims(x, 0)), 0);
    const [last, scanned] = scan(
      (carry: State, batch: Tensor): readonly [State, Tensor] => {
        const [next, { value }] = training.step(carry, [batch, target], rngs);
        return [next, value];
      },
      training.start(variables),
      xs,
    );
    expect(numbers(scanned)).toEqual(values);
    expect(numbers(last.variables)).toEqual(numbers(state.variables));
  });
});
