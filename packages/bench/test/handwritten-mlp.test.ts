import { add, logSoftmax, matmul, mean, mul, neg, relu, sub, sum, takeAlongAxis, tensor, tree, valueAndGrad } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { Tensor as OrtTensor } from 'onnxruntime-node';
import { it } from 'vitest';
import { mlpForwardGraph, mlpSgdGraph, mlpSgdScanGraph } from '../src/handwritten/mlp.js';
import { float32 } from '../src/peers/handwritten.js';
import { layerArrays, Numbers } from '../src/work/data.js';
import { expectClose, runGraph } from './graphs.js';

/** The yardsticks compute what they claim: they are compared with the eager executor on a small perceptron. */
const widths = [5, 7, 6, 3];
const batch = 4;
const learningRate = 0.1;
const steps = 3;

const numbers = new Numbers(11);
const layers = layerArrays(numbers, widths);
const x = numbers.uniform(steps * batch * widths[0]!, 1);
const labels = numbers.below(steps * batch, widths.at(-1)!);

interface Layer {
  readonly [part: string]: Tensor;
  readonly kernel: Tensor;
  readonly bias: Tensor;
}

const start = layers.map(({ kernel, bias, inputs, outputs }): Layer => ({ kernel: tensor(kernel, { shape: [inputs, outputs] }), bias: tensor(bias) }));

function logits(parameters: readonly Layer[], input: Tensor): Tensor {
  return parameters.reduce((value, { kernel, bias }, index) => {
    const sums = add(matmul(value, kernel), bias);
    return index + 1 < parameters.length ? relu(sums) : sums;
  }, input);
}

function loss(parameters: readonly Layer[], input: Tensor, classes: Tensor): Tensor {
  const chosen = takeAlongAxis(logSoftmax(logits(parameters, input)), classes, -1);
  return neg(mean(sum(chosen, { axis: -1 })));
}

/** The losses of the steps and the parameters after them, by the eager executor. */
function descend(count: number): { losses: number[]; parameters: readonly Layer[] } {
  let parameters: readonly Layer[] = start;
  const losses: number[] = [];
  const size = batch * widths[0]!;
  for (let step = 0; step < count; step++) {
    const input = tensor(x.slice(step * size, (step + 1) * size), { shape: [batch, widths[0]!] });
    const classes = tensor(labels.slice(step * batch, (step + 1) * batch), { shape: [batch, 1] });
    const [value, gradient] = valueAndGrad(loss)(parameters, input, classes);
    losses.push(Number(value.item()));
    parameters = tree.map((leaf: Tensor, slope: Tensor) => sub(leaf, mul(slope, learningRate)), parameters, gradient) as readonly Layer[];
  }
  return { losses, parameters };
}

const weights = Object.fromEntries(
  layers.flatMap(({ kernel, bias, inputs, outputs }, index) => [
    [`kernel_${index}`, float32(kernel, [inputs, outputs])],
    [`bias_${index}`, float32(bias, [1, outputs])],
  ]),
);
const classesOf = (count: number, shape: readonly number[]): OrtTensor => new OrtTensor('int64', BigInt64Array.from(labels.slice(0, count * batch), BigInt), shape);

function expectParameters(outputs: Record<string, number[]>, parameters: readonly Layer[]): void {
  parameters.forEach(({ kernel, bias }, index) => {
    expectClose(outputs[`next_kernel_${index}`], kernel.data() as Float32Array);
    expectClose(outputs[`next_bias_${index}`], bias.data() as Float32Array);
  });
}

it('the forward graph gives the logits', async () => {
  const input = x.slice(0, batch * widths[0]!);
  const { y } = await runGraph(mlpForwardGraph(layers), { x: float32(input, [batch, widths[0]!]) });
  expectClose(y, logits(start, tensor(input, { shape: [batch, widths[0]!] })).data() as Float32Array);
});

it('the step graph gives the loss and the parameters after one step of gradient descent', async () => {
  const { losses, parameters } = descend(1);
  const feeds = { ...weights, x: float32(x.slice(0, batch * widths[0]!), [batch, widths[0]!]), labels: classesOf(1, [batch]) };
  const outputs = await runGraph(mlpSgdGraph({ widths, batch, learningRate }), feeds);
  expectClose(outputs['loss'], losses);
  expectParameters(outputs, parameters);
});

it('the scan graph gives the loss of each step and the parameters after the last', async () => {
  const { losses, parameters } = descend(steps);
  const feeds = { ...weights, x: float32(x, [steps, batch, widths[0]!]), labels: classesOf(steps, [steps, batch]) };
  const outputs = await runGraph(mlpSgdScanGraph({ widths, batch, learningRate }, steps), feeds);
  expectClose(outputs['losses'], losses);
  expectParameters(outputs, parameters);
});
