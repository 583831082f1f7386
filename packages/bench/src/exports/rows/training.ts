import type { Collection } from '@flaxon/core';
import { adam, adamw, applyUpdates, chain, clipByGlobalNorm, type GradientTransformation, type OptimizerState, sgd, softmaxCrossEntropy, softmaxCrossEntropyWithIntegerLabels } from '@flaxon/optim';
import { mean, oneHot, random, spec, type Spec, type Tensor, tree, type Tree, valueAndGrad, zeros } from '@flaxon/tensor';
import { type ExportRow, functionTask, paramsOf, perturbed, type Task, tolerances } from '../row.js';
import { Perceptron } from './perceptron.js';

const [inputs, classes] = [16, 10];
const specsOf = (values: Tree<Tensor>): Tree<Spec> => tree.map(({ dtype, shape }: Tensor): Spec => ({ dtype, shape }), values);

type Loss = (logits: Tensor, labels: Tensor) => Tensor;
const byOneHot: Loss = (logits, labels) => mean(softmaxCrossEntropy(logits, oneHot(labels, classes)));
const byInteger: Loss = (logits, labels) => mean(softmaxCrossEntropyWithIntegerLabels(logits, labels));

/** A step of training: parameters, state of the optimiser and a batch in; the next ones and the loss out. */
function prepare(optimizer: GradientTransformation, lossOf: Loss): Task {
  const model = new Perceptron({ features: [32, 32, classes] });
  const params = paramsOf(perturbed(model.init(random.key(0), [zeros([1, inputs])])));
  const loss = (given: Collection, x: Tensor, labels: Tensor): Tensor => lossOf(model.apply({ params: given }, [x]), labels);
  const step = (given: Collection, state: OptimizerState, x: Tensor, labels: Tensor) => {
    const [value, gradient] = valueAndGrad(loss)(given, x, labels);
    const [updates, next] = optimizer.update(gradient, state, given);
    return { params: applyUpdates(given, updates), state: next, loss: value };
  };
  const state = optimizer.init(params);
  const specs: Task['specs'] = (batch) => [specsOf(params), specsOf(state), spec('float32', [batch, inputs]), spec('int32', [batch])] as ReturnType<Task['specs']>;
  return functionTask(step, specs, drawState);
}

/** Moments and counts of an optimiser are not negative. */
function drawState({ dtype, shape }: Spec, key: Tensor): Tensor {
  if (dtype === 'int32') return shape.length === 0 ? random.randint(key, [], 1, 50) : random.randint(key, shape, 0, classes);
  return random.uniform(key, shape, { minval: 0.01, maxval: 0.5 });
}

const row = (id: string, optimizer: () => GradientTransformation, lossOf: Loss): ExportRow => ({ id, batch: 32, tolerance: tolerances.float32, prepare: () => prepare(optimizer(), lossOf) });

/** Steps of training as one graph. */
export const trainingRows: readonly ExportRow[] = [
  row('15_train_sgd_onehot', () => sgd(0.1), byOneHot),
  row('15_train_sgd_take', () => sgd(0.1), byInteger),
  row('16_train_adam', () => adam(1e-3), byOneHot),
  row('16b_train_adamw_clip', () => chain(clipByGlobalNorm(1), adamw(1e-3)), byOneHot),
];
