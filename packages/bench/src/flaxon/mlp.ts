import { Module } from '@flaxon/core';
import type { Collection } from '@flaxon/core';
import { Dense } from '@flaxon/layers';
import { adam, applyUpdates, type OptimizerState } from '@flaxon/optim';
import { arange, astype, equal, expandDims, logSoftmax, mean, mul, neg, relu, scan, sub, sum, tensor, tree, valueAndGrad } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import type { LayerArrays } from '../work/data.js';

class Perceptron extends Module.define({ features: z.array(z.int().positive()) }) {
  call(x: Tensor): Tensor {
    let value = x;
    for (const features of this.features.slice(0, -1)) value = relu(new Dense({ features }).call(value));
    return new Dense({ features: this.features.at(-1)! }).call(value);
  }
}

interface AdamTraining {
  readonly params: Collection;
  readonly optimizer: OptimizerState;
}

/** The perceptron as a user of Flaxon writes it: functions of its parameters, which run eagerly or compiled. */
export function perceptron(layers: readonly LayerArrays[], learningRate: number) {
  const classes = layers.at(-1)!.outputs;
  const model = new Perceptron({ features: layers.map(({ outputs }) => outputs) });
  const params: Collection = Object.fromEntries(
    layers.map(({ kernel, bias, inputs, outputs }, index) => [`Dense_${index}`, { kernel: tensor(kernel, { shape: [inputs, outputs] }), bias: tensor(bias) }]),
  );

  const forward = (parameters: Collection, x: Tensor): Tensor => model.apply({ params: parameters }, [x]);

  /** The mean cross-entropy; `labels` is int32 (batch). */
  function loss(parameters: Collection, x: Tensor, labels: Tensor): Tensor {
    const isLabel = astype(equal(expandDims(labels, -1), arange(classes)), 'float32');
    return neg(mean(sum(mul(logSoftmax(forward(parameters, x)), isLabel), { axis: -1 })));
  }

  function step(parameters: Collection, x: Tensor, labels: Tensor): [Collection, Tensor] {
    const [value, gradient] = valueAndGrad(loss)(parameters, x, labels);
    const next = tree.map((parameter: Tensor, slope: Tensor) => sub(parameter, mul(slope, learningRate)), parameters, gradient);
    return [next as Collection, value];
  }

  const optimizer = adam(1e-3);

  return {
    params,
    forward,
    step,
    /** The loss and its gradient. */
    gradient: (parameters: Collection, x: Tensor, labels: Tensor) => valueAndGrad(loss)(parameters, x, labels),
    adam: {
      init: (): AdamTraining => ({ params, optimizer: optimizer.init(params) }),
      /** A step of Adam: the new state and the loss. */
      step: ({ params: parameters, optimizer: state }: AdamTraining, x: Tensor, labels: Tensor): [AdamTraining, Tensor] => {
        const [value, gradient] = valueAndGrad(loss)(parameters, x, labels);
        const [updates, next] = optimizer.update(gradient, state, parameters);
        return [{ params: applyUpdates(parameters, updates), optimizer: next }, value];
      },
    },
    /** `xs` (steps, batch, in), `labels` (steps, batch); the losses are those of each step. */
    steps: (parameters: Collection, xs: Tensor, labels: Tensor): [Collection, Tensor] =>
      scan((carry: Collection, [x, y]: readonly [Tensor, Tensor]) => step(carry, x, y), parameters, [xs, labels] as const),
  };
}
