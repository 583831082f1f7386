import { ones, random, spec, sum, type Tensor, type Tree, type TreeMatch } from '@flaxon/tensor';
import { describe, expectTypeOf, it } from 'vitest';
import { lift, mergeVariables, Module, trainer, valueAndGradVariables, type ModuleSummary, type Optimizer, type TrainState, type Variables } from '../../src/index.js';
import { Dense } from '../layers.js';

class Model extends Module.define({}) {
  declare encoder: Dense;
  setup(): void {
    this.encoder = new Dense({ features: 2 });
  }
  call(x: Tensor, { train }: { readonly train: boolean }): Tensor {
    return train ? x : this.encoder.call(x);
  }
  encode(x: Tensor): { readonly h: Tensor } {
    return { h: this.encoder.call(x) };
  }
}
// What is here is compiled, not run.
const check = (name: string, f: () => void): void => it(name, () => expectTypeOf(f).toBeFunction());
declare const model: Model;
const key = random.key(0);
const x = ones([1, 2]);
const variables: Variables = {};

describe('strict', () => {
  check('changes neither arguments nor result', () => {
    expectTypeOf(model.apply(variables, [x, { train: true }], { strict: true })).toEqualTypeOf<Tensor>();
    expectTypeOf(model.apply(variables, [x], { method: 'encode', strict: true, mutable: ['state'] })).toEqualTypeOf<[{ readonly h: Tensor }, Variables]>();
    expectTypeOf(model.bind(variables, { strict: [x, { train: true }] })).toEqualTypeOf<Model>();
    // @ts-expect-error: bind has no arguments of its own, and needs some
    model.bind(variables, { strict: true });
  });
  check('reports tensors', () => {
    expectTypeOf(model.matchVariables(variables, [spec('float32', ['batch', 2])])).toEqualTypeOf<TreeMatch<Tensor>>();
    expectTypeOf(mergeVariables(variables, variables).variables).toEqualTypeOf<Variables>();
  });
});

describe('bound modules', () => {
  check('have the typed submodules of `setup`, to take out with their variables', () => {
    expectTypeOf(model.bind(variables).encoder).toEqualTypeOf<Dense>();
    expectTypeOf(model.bind(variables).encoder.unbind()).toEqualTypeOf<[Dense, Variables]>();
    expectTypeOf(model.extract('encoder', variables, [x])).toEqualTypeOf<[Module, Variables]>();
  });
});

describe('tabulate', () => {
  check('takes the options of init, of the table and of costs', () => {
    expectTypeOf(model.tabulate(key, [x], { method: 'encode', depth: 1, computeFlops: true, sizes: { batch: 1 } })).toEqualTypeOf<ModuleSummary>();
    expectTypeOf(model.tabulate(key, [x]).costs.gradient).toEqualTypeOf<ModuleSummary['costs']['gradient']>();
    // @ts-expect-error: no such method
    model.tabulate(key, [x], { method: 'decode' });
  });
});

describe('valueAndGradVariables', () => {
  check('takes the arguments of the function, and gives its aux', () => {
    const plain = valueAndGradVariables((m: Model, input: Tensor) => sum(m.call(input, { train: true })), model);
    expectTypeOf(plain(variables, [x])).toExtend<{ value: Tensor; aux: null; gradients: Variables; variables: Variables }>();
    const withAux = valueAndGradVariables((m: Model, input: Tensor) => [sum(input), m.encode(input)] as const, model);
    expectTypeOf(withAux(variables, [x]).aux).toEqualTypeOf<{ readonly h: Tensor }>();
    // @ts-expect-error: not the arguments of the function
    plain(variables, [3]);
    // @ts-expect-error: a loss is a tensor
    valueAndGradVariables(() => 3, model);
  });
  check('fits into trees', () => {
    expectTypeOf(valueAndGradVariables((m: Model, input: Tensor) => sum(m.call(input, { train: true })), model)(variables, [x])).toExtend<Tree<Tensor>>();
  });
});

describe('trainer', () => {
  check('carries the state of the optimiser, and the arguments of the loss', () => {
    const optimizer: Optimizer<{ count: Tensor }> = { init: () => ({ count: x }), update: (updates, state) => [updates, state] };
    const training = trainer((m: Model, input: Tensor) => sum(m.call(input, { train: true })), model, optimizer);
    const state = training.start(variables);
    expectTypeOf(state).toEqualTypeOf<TrainState<{ count: Tensor }>>();
    expectTypeOf(state).toExtend<Tree<Tensor>>();
    expectTypeOf(training.step(state, [x], { dropout: key })[0]).toEqualTypeOf<TrainState<{ count: Tensor }>>();
    // @ts-expect-error: an argument is missing
    training.step(state, []);
  });
});

describe('lifted classes', () => {
  check('are of the class that they were made from', () => {
    const Ensemble = lift.vmap(Dense, { variableAxes: { params: 0 }, splitRngs: { params: true }, axisName: 'members' });
    expectTypeOf(new Ensemble({ features: 2 })).toEqualTypeOf<Dense>();
    // @ts-expect-error: the attributes are those of the class
    void new Ensemble({});
  });
});
