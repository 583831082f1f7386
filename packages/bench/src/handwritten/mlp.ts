import { Graph } from './graph.js';
import type { Attribute } from './graph.js';
import type { LayerArrays } from '../work/data.js';
import { gemm, multiply, subtract } from './operators.js';

/** Widths of a multilayer perceptron from its input to its logits, as `[784, 512, 512, 10]`. */
export type Widths = readonly number[];

/** Relu between layers, weights inside the graph. Input `x` (batch, in), output `y` (batch, out), with a dynamic batch. */
export function mlpForwardGraph(layers: readonly LayerArrays[]): Graph {
  const graph = new Graph('mlp_forward');
  let x = graph.input('x', ['batch', layers[0]!.inputs]);
  layers.forEach(({ kernel, bias, inputs, outputs }, index) => {
    x = gemm(graph, x, graph.constant(kernel, [inputs, outputs]), { bias: graph.constant(bias, [outputs]) });
    if (index + 1 < layers.length) x = graph.node('Relu', [x]);
  });
  graph.output(x, 'y');
  return graph;
}

export interface SgdOptions {
  readonly widths: Widths;
  readonly batch: number;
  readonly learningRate: number;
}

/** Names of the layers' parameters: kernels (in, out) and biases (1, out), so that a bias is the C of a Gemm and its result. */
interface Parameters {
  readonly kernels: readonly string[];
  readonly biases: readonly string[];
}

/**
 * One step of gradient descent on the mean cross-entropy, as nodes of `graph`. `labels` is int64 (batch).
 *
 * The cotangent of the logits carries the factor -rate / batch, so that each update is one Gemm: W + a^T d and b + 1 d.
 */
function sgdStep(graph: Graph, parameters: Parameters, x: string, labels: string, { widths, batch, learningRate }: SgdOptions): { parameters: Parameters; loss: string } {
  const { kernels, biases } = parameters;
  const activations = [x];
  for (let layer = 0; layer + 1 < kernels.length; layer++) {
    activations.push(graph.node('Relu', [gemm(graph, activations[layer]!, kernels[layer]!, { bias: biases[layer]! })]));
  }
  const logits = gemm(graph, activations.at(-1)!, kernels.at(-1)!, { bias: biases.at(-1)! });
  const target = graph.node('OneHot', [labels, graph.integers([widths.at(-1)!]), graph.constant([0, 1], [2])]);
  const logProbabilities = graph.node('LogSoftmax', [logits]);
  const sum = graph.node('ReduceSum', [multiply(graph, logProbabilities, target)], { keepdims: { int: 0 } });
  const loss = multiply(graph, sum, graph.scalar(-1 / batch));

  const ones = graph.constant(Array.from({ length: batch }, () => 1), [1, batch]);
  const nextKernels: string[] = [];
  const nextBiases: string[] = [];
  let delta = multiply(graph, subtract(graph, graph.node('Softmax', [logits]), target), graph.scalar(-learningRate / batch));
  for (let layer = kernels.length - 1; layer >= 0; layer--) {
    const activation = activations[layer]!;
    nextKernels.unshift(gemm(graph, activation, delta, { transposeA: true, bias: kernels[layer]! }));
    nextBiases.unshift(gemm(graph, ones, delta, { bias: biases[layer]! }));
    if (layer > 0) delta = throughRelu(graph, gemm(graph, delta, kernels[layer]!, { transposeB: true }), activation);
  }
  return { parameters: { kernels: nextKernels, biases: nextBiases }, loss };
}

/** The cotangent where the activation is positive, else 0. Half the time of a product with Sign. */
function throughRelu(graph: Graph, cotangent: string, activation: string): string {
  return graph.node('Where', [graph.node('Greater', [activation, graph.scalar(0)]), cotangent, graph.scalar(0)]);
}

function declareParameters(graph: Graph, widths: Widths, prefix = ''): Parameters {
  const layers = widths.slice(1).map((width, layer) => ({
    kernel: graph.input(`${prefix}kernel_${layer}`, [widths[layer]!, width]),
    bias: graph.input(`${prefix}bias_${layer}`, [1, width]),
  }));
  return { kernels: layers.map(({ kernel }) => kernel), biases: layers.map(({ bias }) => bias) };
}

/** Kernel and bias of each layer in turn, as {@link declareParameters} takes them: Scan pairs its state by position. */
function giveParameters(graph: Graph, { kernels, biases }: Parameters): void {
  kernels.forEach((kernel, layer) => {
    graph.output(kernel, `next_kernel_${layer}`);
    graph.output(biases[layer]!, `next_bias_${layer}`);
  });
}

/** One step a call: parameters, `x` (batch, in) and `labels` (batch) in; new parameters and `loss` out. */
export function mlpSgdGraph(options: SgdOptions): Graph {
  const graph = new Graph('mlp_sgd');
  const parameters = declareParameters(graph, options.widths);
  const x = graph.input('x', [options.batch, options.widths[0]!]);
  const labels = graph.input('labels', [options.batch], 'int64');
  const result = sgdStep(graph, parameters, x, labels, options);
  giveParameters(graph, result.parameters);
  graph.output(result.loss, 'loss');
  return graph;
}

/** `steps` steps a call by ONNX's Scan: `x` (steps, batch, in), `labels` (steps, batch); `losses` (steps). */
export function mlpSgdScanGraph(options: SgdOptions, steps: number): Graph {
  const body = new Graph('mlp_sgd_body', { prefix: 'body/' });
  const inner = declareParameters(body, options.widths, 'step_');
  const x = body.input('x_step', [options.batch, options.widths[0]!]);
  const labels = body.input('labels_step', [options.batch], 'int64');
  const result = sgdStep(body, inner, x, labels, options);
  giveParameters(body, result.parameters);
  body.output(result.loss, 'loss');

  const graph = new Graph('mlp_sgd_scan');
  const start = declareParameters(graph, options.widths);
  const samples = graph.input('x', [steps, options.batch, options.widths[0]!]);
  const targets = graph.input('labels', [steps, options.batch], 'int64');
  const attributes: Record<string, Attribute> = { body: { graph: body }, num_scan_inputs: { int: 2 } };
  const state = start.kernels.flatMap((kernel, layer) => [kernel, start.biases[layer]!]);
  const outputs = graph.nodes('Scan', [...state, samples, targets], state.length + 1, attributes);
  outputs.slice(0, -1).forEach((value, index) => graph.output(value, `next_${index % 2 === 0 ? 'kernel' : 'bias'}_${Math.floor(index / 2)}`));
  graph.output(outputs.at(-1)!, 'losses');
  return graph;
}
