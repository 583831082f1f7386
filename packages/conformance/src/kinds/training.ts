import { DenyList } from '@flaxon/core';
import { expandDims, logSoftmax, mean, neg, square, stack, sub, takeAlongAxis, valueAndGrad, type Tensor, type Tree } from '@flaxon/tensor';
import type { AlgorithmTrainingCase, CaseOf, SupervisedTrainingCase } from '../cases.js';
import { MissingError } from '../errors.js';
import { type CaseFunction, runOnce } from '../executors/executor.js';
import { makeKey, makeKeys } from '../registry/keys.js';
import { requireFunction } from '../registry/library.js';
import { asModule, type ModuleInstance } from '../registry/module-api.js';
import { makeOptimizer, type Optimizer, stateDict } from '../registry/optimizers.js';
import { ModuleBuilder } from '../script/builder.js';
import { asArray, asObject, asTensor, decodeTree, type Value } from '../values.js';
import { check, type CaseContext } from './context.js';
import { checkVariables } from './module.js';
import { runTransportCase } from './transport-training.js';
import { runVmcCase, vmcAlgorithms } from './vmc-training.js';

type TrainingCase = CaseOf<'training'>;

/** Trains a model for some steps: its losses, and what it has come to in the end. */
export async function runTrainingCase(the: TrainingCase, context: CaseContext): Promise<void> {
  if (isAlgorithm(the)) return runAlgorithm(the, context);
  const { arrays, library } = context;
  const training = new Training(the, context);
  checkVariables(await training.init(), the.variables, the.initTolerance, the.tolerance, context);

  const { params = {}, ...state } = asObject(decodeTree(the.variables, arrays), 'variables');
  const optState = makeOptimizer(the.optimizer, library).init(params);
  const end = await training.run({ params, state, optState });
  check('losses', end.losses, the.expect.losses, the.tolerance, context);
  check('params', end.params, the.expect.params, the.tolerance, context);
  check('state', end.state, the.expect.state, the.tolerance, context);
  check('optState', stateDict(end.optState), the.expect.optState, the.tolerance, context);
}

/** Training of quantum states and of transport maps, which the packages for these fields have. @throws MissingError */
function runAlgorithm(the: AlgorithmTrainingCase, context: CaseContext): Promise<void> {
  const vmc = vmcAlgorithms.find((name) => name === the.algorithm);
  if (vmc !== undefined) return runVmcCase(the, vmc, context);
  if (the.algorithm === 'w2NeuralDual') return runTransportCase(the, context);
  throw new MissingError(the.algorithm);
}

const isAlgorithm = (the: TrainingCase): the is AlgorithmTrainingCase => typeof the.algorithm === 'string';

interface TrainState {
  readonly params: Value;
  /** The collections beside the parameters. */
  readonly state: Value;
  readonly optState: Value;
}

class Training {
  readonly #case: SupervisedTrainingCase;
  readonly #context: CaseContext;
  readonly #batches: { readonly x: Tensor; readonly y: Tensor };

  constructor(the: SupervisedTrainingCase, context: CaseContext) {
    this.#case = the;
    this.#context = context;
    const decode = (tree: unknown, what: string): Tensor => asTensor(decodeTree(tree, context.arrays), what);
    this.#batches = { x: decode(the.batches.x, 'batches.x'), y: decode(the.batches.y, 'batches.y') };
  }

  #model(): ModuleInstance {
    return asModule(new ModuleBuilder(this.#context).construct(this.#case.module));
  }

  /** The variables that init makes on the first batch. */
  init(): Promise<Value> {
    const { executor } = this.#context;
    return runOnce(executor, (keys, x) => this.#model().init(keys, [x]), [makeKeys(this.#case.rngs, this.#context), this.#batch(0)[0]]);
  }

  /** All steps from `start`: the losses, each before its update, and the state after the last one. */
  async run(start: TrainState): Promise<TrainState & { readonly losses: Tensor }> {
    const step = this.#context.executor.prepare(this.#step());
    const losses: Tensor[] = [];
    let current = start;
    try {
      for (let t = 0; t < this.#case.steps; t++) {
        const [x, y] = this.#batch(t);
        const next = asObject(await step.call(current.params, current.state, current.optState, x, y, this.#dropoutKey(t)), 'the result of a step');
        losses.push(asTensor(next['loss'], 'loss'));
        current = { params: next['params'], state: next['state'], optState: next['optState'] };
      }
    } finally {
      await step.dispose();
    }
    return { ...current, losses: stack(losses) };
  }

  /** One step as a function of tensors: the gradient of the loss by the parameters, the optimizer, the updates. */
  #step(): CaseFunction {
    const optimizer: Optimizer = makeOptimizer(this.#case.optimizer, this.#context.library);
    const applyUpdates = requireFunction([this.#context.library.optim], 'applyUpdates');
    return (params, state, optState, x, y, key) => {
      const lossOf = (given: Tree<Tensor>): [Tensor, Value] => {
        const variables = { ...asObject(state, 'collections'), params: given };
        const options = { mutable: new DenyList('params'), ...(key !== null && { rngs: { dropout: key } }) };
        const [output, updated] = asArray(this.#model().apply(variables, [x], options), 'the result of apply');
        return [this.#loss(asTensor(output, 'output'), asTensor(y, 'y')), updated];
      };
      const [[loss, updated], gradients] = valueAndGrad(lossOf, { hasAux: true })(params as Tree<Tensor>);
      const [updates, nextOptState] = optimizer.update(gradients, optState, params);
      return { loss, params: applyUpdates(params, updates) as Value, state: updated, optState: nextOptState };
    };
  }

  #loss(output: Tensor, target: Tensor): Tensor {
    switch (this.#case.loss) {
      case 'mse':
        return mean(square(sub(output, target)));
      case 'softmaxCrossEntropyWithIntegerLabels':
        return neg(mean(takeAlongAxis(logSoftmax(output), expandDims(target, -1), -1)));
    }
  }

  /** The batch of step `t`. */
  #batch(t: number): readonly [Tensor, Tensor] {
    const { x, y } = this.#batches;
    return [[...x][t % Number(x.shape[0])]!, [...y][t % Number(y.shape[0])]!];
  }

  #dropoutKey(t: number): Value {
    const { dropoutKey } = this.#case;
    if (dropoutKey === undefined) return null;
    const { library } = this.#context;
    return requireFunction([library.tensor], 'random.foldIn')(makeKey(dropoutKey, this.#context), t) as Tensor;
  }
}
