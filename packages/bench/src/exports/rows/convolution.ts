import { Module } from '@flaxon/core';
import { BatchNorm, Conv, Dense, maxPool } from '@flaxon/layers';
import { random, relu, reshape, spec, type Tensor, transpose, zeros } from '@flaxon/tensor';
import { type ExportRow, functionTask, perturbed, type Task, tolerances } from '../row.js';

/** Two blocks of convolution, batch normalisation, relu and pooling, and a dense layer. */
export class ConvolutionalNetwork extends Module.define({}) {
  call(images: Tensor, { train }: { readonly train: boolean } = { train: false }): Tensor {
    let x = images;
    for (const features of [16, 32]) {
      x = new Conv({ features, kernelSize: [3, 3] }).call(x);
      x = new BatchNorm({ useRunningAverage: !train }).call(x);
      x = maxPool(relu(x), { windowShape: [2, 2], strides: [2, 2] });
    }
    return new Dense({ features: 10 }).call(reshape(x, [x.shape[0]!, -1]));
  }
}

const images = (batch: string | number) => [spec('float32', [batch, 28, 28, 1])];

function network() {
  const model = new ConvolutionalNetwork();
  return { model, variables: perturbed(model.init(random.key(0), [zeros([1, 28, 28, 1])])) };
}

function prepareEvaluation(): Task {
  const { model, variables } = network();
  return { target: model.bind(variables), run: (x: Tensor): Tensor => model.apply(variables, [x]), specs: images };
}

/** Images as PyTorch has them, (batch, channels, height, width). */
function prepareChannelsFirst(): Task {
  const { model, variables } = network();
  return functionTask((x: Tensor) => model.apply(variables, [transpose(x, [0, 2, 3, 1])]), (batch) => [spec('float32', [batch, 1, 28, 28])]);
}

/** In training the statistics of the batch go into the result, and new running statistics come out. */
function prepareTraining(): Task {
  const { model, variables } = network();
  return functionTask((x: Tensor) => model.apply(variables, [x, { train: true }], { mutable: ['batch_stats'] }), images);
}

function prepareBatchNorm(): Task {
  const model = new BatchNorm({ useRunningAverage: false });
  const variables = perturbed(model.init(random.key(0), [zeros([1, 8])]));
  return functionTask((x: Tensor) => model.apply(variables, [x], { mutable: ['batch_stats'] }), (batch) => [spec('float32', [batch, 8])]);
}

/** Convolutional networks and batch normalisation, in evaluation and in training. */
export const convolutionRows: readonly ExportRow[] = [
  { id: '12_cnn_eval', batch: 8, tolerance: tolerances.float32, prepare: prepareEvaluation },
  { id: '12_cnn_eval_nchw', batch: 8, tolerance: tolerances.float32, prepare: prepareChannelsFirst },
  { id: '21_batchnorm_train', batch: 16, tolerance: tolerances.float32, prepare: prepareBatchNorm },
  { id: '21b_cnn_train_batchstats', batch: 16, tolerance: tolerances.float32, prepare: prepareTraining },
];
