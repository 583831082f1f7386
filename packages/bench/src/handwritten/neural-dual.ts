import { Graph } from './graph.js';
import { add, divide, gemm, multiply, sigmoid, softplus, subtract, sumKeeping } from './operators.js';
import type { SoftplusForm } from './operators.js';

/** The sizes of the neural-dual step: three hidden layers of `width`, samples of `dimension` numbers. */
export interface NeuralDualSizes {
  readonly batch: number;
  readonly dimension: number;
  readonly width: number;
  readonly conjugateSteps: number;
  readonly trainSteps: number;
}

export interface NeuralDualForm {
  readonly softplus: SoftplusForm;
}

/**
 * One potential in the packed layout: a (rows, width) matrix whose rows are the first kernel, its bias, the second kernel,
 * its bias, the third kernel, its bias, and the last kernel transposed. So unpacking is one Split and packing gradients
 * one Concat, with no Reshape. The last bias is left out: no loss and no gradient map depends on it.
 */
interface Potential {
  readonly kernel1: string;
  readonly bias1: string;
  readonly kernel2: string;
  readonly bias2: string;
  readonly kernel3: string;
  readonly bias3: string;
  readonly kernel4: string;
}

export const potentialRows = ({ dimension, width }: NeuralDualSizes): number => dimension + 1 + 2 * (width + 1) + 1;

interface Hidden {
  readonly act1: string;
  readonly act2: string;
  readonly pre3: string;
  readonly sigmoid1: string;
  readonly sigmoid2: string;
  readonly sigmoid3: string;
}

/** The first pre-activation, (batch, width), from samples in columns: `x` is (dimension, batch). */
const gemmFirst = (graph: Graph, x: string, net: Potential): string => gemm(graph, x, net.kernel1, { transposeA: true, bias: net.bias1 });

/** The hidden layers from the first pre-activation: 2 Gemm, 3 Sigmoid, 2 softplus. */
function hidden(graph: Graph, pre1: string, net: Potential, form: NeuralDualForm): Hidden {
  const sigmoid1 = sigmoid(graph, pre1);
  const act1 = softplus(graph, pre1, form.softplus, sigmoid1);
  const pre2 = gemm(graph, act1, net.kernel2, { bias: net.bias2 });
  const sigmoid2 = sigmoid(graph, pre2);
  const act2 = softplus(graph, pre2, form.softplus, sigmoid2);
  const pre3 = gemm(graph, act2, net.kernel3, { bias: net.bias3 });
  return { act1, act2, pre3, sigmoid1, sigmoid2, sigmoid3: sigmoid(graph, pre3) };
}

interface Backward {
  readonly delta3: string;
  readonly error2: string;
  readonly delta2: string;
  readonly error1: string;
  readonly delta1: string;
}

/** Cotangents of the hidden layers, from the one of the third activation: 3 Mul, 2 Gemm. */
function backward(graph: Graph, outer: string, layers: Hidden, net: Potential): Backward {
  const delta3 = multiply(graph, layers.sigmoid3, outer);
  const error2 = gemm(graph, delta3, net.kernel3, { transposeB: true });
  const delta2 = multiply(graph, error2, layers.sigmoid2);
  const error1 = gemm(graph, delta2, net.kernel2, { transposeB: true });
  return { delta3, error2, delta2, error1, delta1: multiply(graph, error1, layers.sigmoid1) };
}

/** A potential with what its gradient map needs and does not change from one evaluation to the next. */
interface PotentialMap {
  readonly net: Potential;
  /** The third kernel with its columns scaled by the last one: s3 * w4 times W3^T is s3 times (W3 * w4)^T. */
  readonly scaledKernel3: string;
}

const potentialMap = (graph: Graph, net: Potential): PotentialMap => ({ net, scaledKernel3: multiply(graph, net.kernel3, net.kernel4) });

/**
 * grad f(x) - y for a potential with the quadratic term |x|^2 / 2. `x` and `offset` = x - y are (dimension, batch): the
 * samples go last wherever an array has few numbers a sample, since ORT's elementwise loops run over the last axis.
 */
function residual(graph: Graph, x: string, offset: string, { net, scaledKernel3 }: PotentialMap, form: NeuralDualForm): string {
  const layers = hidden(graph, gemmFirst(graph, x, net), net, form);
  const error2 = gemm(graph, layers.sigmoid3, scaledKernel3, { transposeB: true });
  const error1 = gemm(graph, multiply(graph, error2, layers.sigmoid2), net.kernel2, { transposeB: true });
  return gemm(graph, net.kernel1, multiply(graph, error1, layers.sigmoid1), { bias: offset, transposeB: true });
}

/** Solves grad f(x) = y from `start` by gradient steps with a Barzilai-Borwein size for each sample; all (dimension, batch). */
function conjugate(graph: Graph, start: string, y: string, f: PotentialMap, low: string, high: string, sizes: NeuralDualSizes, form: NeuralDualForm): string {
  let x = start;
  let slope = residual(graph, x, subtract(graph, x, y), f, form);
  let step = multiply(graph, slope, graph.scalar(0.3));
  for (let index = 1; index <= sizes.conjugateSteps; index++) {
    const next = graph.node('Clip', [subtract(graph, x, step), low, high]);
    if (index === sizes.conjugateSteps) return next;
    const nextSlope = residual(graph, next, subtract(graph, next, y), f, form);
    const moved = subtract(graph, next, x);
    const squared = sumKeeping(graph, multiply(graph, moved, moved), 0);
    const curvature = sumKeeping(graph, multiply(graph, moved, subtract(graph, nextSlope, slope)), 0);
    const ratio = divide(graph, squared, graph.node('Max', [curvature, graph.scalar(1e-12)]));
    step = multiply(graph, nextSlope, graph.node('Clip', [ratio, graph.scalar(0.05), graph.scalar(2)]));
    x = next;
    slope = nextSlope;
  }
  return x;
}

/** The gradients of one potential in the packed layout's order. */
const pack = (parts: Potential): string[] => [parts.kernel1, parts.bias1, parts.kernel2, parts.bias2, parts.kernel3, parts.bias3, parts.kernel4];

/** Gradient and value of mean f(x) - mean f(x*) by one forward and one backward pass over both batches together. */
function dualGradient(graph: Graph, x: string, solution: string, f: Potential, { batch }: NeuralDualSizes, form: NeuralDualForm): { gradient: string[]; value: string } {
  const signs = graph.constant(Array.from({ length: 2 * batch }, (_, row) => (row < batch ? 1 : -1) / batch), [2 * batch, 1]);
  const both = graph.node('Concat', [x, solution], { axis: { int: 1 } });
  const layers = hidden(graph, gemmFirst(graph, both, f), f, form);
  const act3 = softplus(graph, layers.pre3, form.softplus, layers.sigmoid3);
  const kernel4 = gemm(graph, signs, act3, { transposeA: true });
  const quadratic = gemm(graph, signs, graph.node('ReduceSumSquare', [both, graph.integers([0])]), { transposeA: true, transposeB: true, alpha: 0.5 });
  const value = gemm(graph, kernel4, f.kernel4, { transposeB: true, bias: quadratic });
  const { delta3, delta2, delta1 } = backward(graph, gemm(graph, signs, f.kernel4), layers, f);
  const gradient = pack({
    kernel1: gemm(graph, both, delta1),
    bias1: sumKeeping(graph, delta1, 0),
    kernel2: gemm(graph, layers.act1, delta2, { transposeA: true }),
    bias2: sumKeeping(graph, delta2, 0),
    kernel3: gemm(graph, layers.act2, delta3, { transposeA: true }),
    bias3: sumKeeping(graph, delta3, 0),
    kernel4,
  });
  return { gradient, value };
}

/** The cotangent of a pre-activation through its sigmoid's two uses: s (outer + inner (1 - s)). */
function preactivationCotangent(graph: Graph, s: string, outer: string, inner: string): string {
  return multiply(graph, s, add(graph, outer, multiply(graph, inner, subtract(graph, graph.scalar(1), s))));
}

/** The gradient of mean |grad g(y) - x*|^2 in the parameters of g: reverse over the gradient map. */
function amortizationGradient(graph: Graph, y: string, difference: string, layers: Hidden, map: Backward, g: Potential, { batch }: NeuralDualSizes): string[] {
  const scale = 2 / batch;
  const delta1Bar = gemm(graph, difference, g.kernel1, { transposeA: true, alpha: scale });
  const error1Bar = multiply(graph, delta1Bar, layers.sigmoid1);
  const delta2Bar = gemm(graph, error1Bar, g.kernel2);
  const error2Bar = multiply(graph, delta2Bar, layers.sigmoid2);
  const delta3Bar = gemm(graph, error2Bar, g.kernel3);

  const pre3Bar = multiply(graph, multiply(graph, delta3Bar, map.delta3), subtract(graph, graph.scalar(1), layers.sigmoid3));
  const act2Bar = gemm(graph, pre3Bar, g.kernel3, { transposeB: true });
  const pre2Bar = preactivationCotangent(graph, layers.sigmoid2, act2Bar, multiply(graph, delta2Bar, map.error2));
  const act1Bar = gemm(graph, pre2Bar, g.kernel2, { transposeB: true });
  const pre1Bar = preactivationCotangent(graph, layers.sigmoid1, act1Bar, multiply(graph, delta1Bar, map.error1));

  const transposeA = true;
  return pack({
    kernel1: gemm(graph, difference, map.delta1, { alpha: scale, bias: gemm(graph, y, pre1Bar) }),
    bias1: sumKeeping(graph, pre1Bar, 0),
    kernel2: gemm(graph, error1Bar, map.delta2, { transposeA, bias: gemm(graph, layers.act1, pre2Bar, { transposeA }) }),
    bias2: sumKeeping(graph, pre2Bar, 0),
    kernel3: gemm(graph, error2Bar, map.delta3, { transposeA, bias: gemm(graph, layers.act2, pre3Bar, { transposeA }) }),
    bias3: sumKeeping(graph, pre3Bar, 0),
    kernel4: sumKeeping(graph, multiply(graph, delta3Bar, layers.sigmoid3), 0),
  });
}

/** Adam (b1 0.5, b2 0.9, epsilon 1e-8) with cosine decay from 1e-3 to 1e-5, on all parameters at once. */
function adam(graph: Graph, gradient: string, state: TrainState, { trainSteps }: NeuralDualSizes): TrainState {
  const scalar = (value: number): string => graph.scalar(value);
  const count = add(graph, state.count, scalar(1));
  const firstMoment = add(graph, multiply(graph, state.firstMoment, scalar(0.5)), multiply(graph, gradient, scalar(0.5)));
  const secondMoment = add(graph, multiply(graph, state.secondMoment, scalar(0.9)), multiply(graph, multiply(graph, gradient, gradient), scalar(0.1)));
  const firstCorrection = subtract(graph, scalar(1), graph.node('Pow', [scalar(0.5), count]));
  const secondCorrection = subtract(graph, scalar(1), graph.node('Pow', [scalar(0.9), count]));
  const cosine = graph.node('Cos', [multiply(graph, graph.node('Min', [state.count, scalar(trainSteps)]), scalar(Math.PI / trainSteps))]);
  const rate = add(graph, multiply(graph, cosine, scalar(0.495e-3)), scalar(0.505e-3));
  const denominator = add(graph, graph.node('Sqrt', [divide(graph, secondMoment, secondCorrection)]), scalar(1e-8));
  const update = divide(graph, multiply(graph, firstMoment, divide(graph, rate, firstCorrection)), denominator);
  return { parameters: subtract(graph, state.parameters, update), firstMoment, secondMoment, count };
}

/** Names of the values that one step reads and writes; the matrices hold f above g. */
interface TrainState {
  readonly parameters: string;
  readonly firstMoment: string;
  readonly secondMoment: string;
  readonly count: string;
}

function unpack(graph: Graph, parameters: string, { dimension, width }: NeuralDualSizes): { f: Potential; g: Potential } {
  const rows = [dimension, 1, width, 1, width, 1, 1];
  const parts = graph.nodes('Split', [parameters, graph.integers([...rows, ...rows])], 14, { axis: { int: 0 } });
  const potential = (at: number): Potential => ({
    kernel1: parts[at]!, bias1: parts[at + 1]!, kernel2: parts[at + 2]!, bias2: parts[at + 3]!,
    kernel3: parts[at + 4]!, bias3: parts[at + 5]!, kernel4: parts[at + 6]!,
  });
  return { f: potential(0), g: potential(7) };
}

/** The step as nodes of `graph`: the new state and the two losses. `x` and `y` are (dimension, batch). */
export function neuralDualStep(graph: Graph, state: TrainState, x: string, y: string, low: string, high: string, sizes: NeuralDualSizes, form: NeuralDualForm): { state: TrainState; lossF: string; lossG: string } {
  const { f, g } = unpack(graph, state.parameters, sizes);
  const layers = hidden(graph, gemmFirst(graph, y, g), g, form);
  const map = backward(graph, g.kernel4, layers, g);
  const start = gemm(graph, g.kernel1, map.delta1, { bias: y, transposeB: true });
  const solution = conjugate(graph, start, y, potentialMap(graph, f), low, high, sizes, form);

  const dual = dualGradient(graph, x, solution, f, sizes, form);
  const inner = graph.node('ReduceSum', [multiply(graph, solution, y)], { keepdims: { int: 0 } });
  const lossF = add(graph, dual.value, multiply(graph, inner, graph.scalar(1 / sizes.batch)));
  const difference = subtract(graph, start, solution);
  const lossG = multiply(graph, graph.node('ReduceSumSquare', [difference], { keepdims: { int: 0 } }), graph.scalar(1 / sizes.batch));

  const amortization = amortizationGradient(graph, y, difference, layers, map, g, sizes);
  const gradient = graph.node('Concat', [...dual.gradient, ...amortization], { axis: { int: 0 } });
  return { state: adam(graph, gradient, state, sizes), lossF, lossG };
}

/** The whole step as a graph: state, batches and box in; state and losses out. */
export function neuralDualGraph(sizes: NeuralDualSizes, form: NeuralDualForm): Graph {
  const graph = new Graph('neural_dual_step');
  const matrix = [2 * potentialRows(sizes), sizes.width];
  const state: TrainState = {
    parameters: graph.input('parameters', matrix),
    firstMoment: graph.input('firstMoment', matrix),
    secondMoment: graph.input('secondMoment', matrix),
    count: graph.input('count', []),
  };
  const x = graph.node('Transpose', [graph.input('x', [sizes.batch, sizes.dimension])]);
  const y = graph.node('Transpose', [graph.input('y', [sizes.batch, sizes.dimension])]);
  const low = graph.input('low', []);
  const high = graph.input('high', []);
  const result = neuralDualStep(graph, state, x, y, low, high, sizes, form);
  graph.output(result.state.parameters, 'nextParameters');
  graph.output(result.state.firstMoment, 'nextFirstMoment');
  graph.output(result.state.secondMoment, 'nextSecondMoment');
  graph.output(result.state.count, 'nextCount');
  graph.output(result.lossF, 'lossF');
  graph.output(result.lossG, 'lossG');
  return graph;
}
