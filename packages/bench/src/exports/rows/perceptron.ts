import { Module } from '@flaxon/core';
import { Dense } from '@flaxon/layers';
import { random, relu, spec, squeeze, type Tensor, zeros } from '@flaxon/tensor';
import { z } from 'zod';
import { type ExportRow, perturbed, tolerances } from '../row.js';

/** Dense layers with relu between them. */
export class Perceptron extends Module.define({ features: z.array(z.int().positive()) }) {
  call(x: Tensor): Tensor {
    const last = this.features.length - 1;
    return this.features.reduce((value, features, i) => {
      const y = new Dense({ features }).call(value);
      return i === last ? y : relu(y);
    }, x);
  }
}

const inputs = 784;

function prepare(shape: (batch: string | number) => (string | number)[]) {
  const model = new Perceptron({ features: [512, 512, 10] });
  const variables = perturbed(model.init(random.key(0), [zeros([1, inputs])]));
  return {
    target: model.bind(variables),
    run: (x: Tensor): Tensor => model.apply(variables, [x]),
    specs: (batch: string | number) => [spec('float32', shape(batch))],
  };
}

function prepareScalar() {
  const model = new Perceptron({ features: [16, 1] });
  const variables = perturbed(model.init(random.key(0), [zeros([4])]));
  const value = (x: Tensor): Tensor => squeeze(model.apply(variables, [x]), -1);
  return { target: value, run: value, specs: () => [spec('float32', [4])] };
}

/** A perceptron of batches, and of one point without a batch. */
export const perceptronRows: readonly ExportRow[] = [
  { id: '1_mlp', batch: 64, tolerance: tolerances.float32, prepare: () => prepare((batch) => [batch, inputs]) },
  { id: '25a_dense_rank1', batch: undefined, tolerance: tolerances.float32, prepare: () => prepare(() => [inputs]) },
  { id: '25d_scalar_rank1', batch: undefined, tolerance: tolerances.float32, prepare: prepareScalar },
];
