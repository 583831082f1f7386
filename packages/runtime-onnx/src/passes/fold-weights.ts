import { isStatic, type Shape } from '@flaxon/tensor';
import { arrayOf } from '../graph/constants.js';
import type { TensorData } from '../format/tensors.js';
import { constantData, type Node, producerOf, type Value } from '../graph/graph.js';
import { readScaled } from './fuse-gemm-factor.js';
import { makeConstant, operandsOf, type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

/** A product with weights that are known: what its results, one array for each feature, are made with. */
interface Product {
  readonly node: Node;
  readonly weights: TensorData;
  readonly bias: TensorData | undefined;
  /** Where the features lie in the weights, and in the result. */
  readonly weightAxis: number;
  readonly resultAxis: number;
  readonly features: number;
}

const isReal = ({ dtype }: TensorData): boolean => dtype === 'float32' || dtype === 'float64';

/** True where several nodes have the weights, not counting those that nobody reads any more. */
const isShared = (weights: Value, uses: Uses): boolean => uses.readersOf(weights).filter(({ outputs }) => !uses.isUnused(outputs[0]!)).length > 1;

/** Case 1: `Conv`. Case 2: `Gemm` with factors of 1. Nobody else has the weights, so that they are not kept twice. */
function readProduct(value: Value, reader: Node, uses: Uses): Product | undefined {
  const node = producerOf(value);
  if (!node || node.domain !== '' || !uses.isOnlyReadBy(value, reader) || !['Conv', 'Gemm'].includes(node.op)) return undefined;
  const isGemm = node.op === 'Gemm';
  if (isGemm && ['alpha', 'beta', 'transA'].some((name) => name in node.attributes)) return undefined;
  const [, kernel, offset] = node.inputs;
  const weights = constantData(kernel);
  const features = value.shape[1];
  if (!weights || !isReal(weights) || features === undefined || !isStatic(features) || isShared(kernel!, uses)) return undefined;
  const bias = constantData(offset);
  if (offset && (!bias || bias.shape.length !== 1 || bias.shape[0] !== features)) return undefined;
  return { node, weights, bias, weightAxis: isGemm && !('transB' in node.attributes) ? 1 : 0, resultAxis: 1, features };
}

/** The numbers of an array that has one for each feature, or one for all, and broadcasts to the result. */
function numbersOf(value: Value, { resultAxis, features }: Product, result: Shape): readonly number[] | undefined {
  const data = constantData(value);
  if (!data || value.shape.length > result.length) return undefined;
  const at = value.shape.length - result.length + resultAxis;
  if (!value.shape.every((dim, axis) => dim === 1 || axis === at)) return undefined;
  const numbers = Array.from(data.data, Number);
  return numbers.length === 1 ? Array.from({ length: features }, () => numbers[0]!) : numbers.length === features ? numbers : undefined;
}

/** The weights with those of each feature multiplied by its factor. */
function scaledWeights({ weights, weightAxis }: Product, factors: readonly number[]): TensorData {
  const inner = weights.shape.slice(weightAxis + 1).reduce((product, dim) => product * dim, 1);
  const scaled = Array.from(weights.data, Number).map((weight, i) => weight * factors[Math.floor(i / inner) % factors.length]!);
  return { ...weights, data: arrayOf(weights.dtype, scaled) };
}

const vector = ({ weights: { dtype } }: Product, numbers: readonly number[]): TensorData => ({ dtype, shape: [numbers.length], data: arrayOf(dtype, numbers) });

/** What `node` does to each feature: a factor, or a number added. */
function affinity(node: Node): 'scale' | 'shift' | undefined {
  if (node.domain !== '') return undefined;
  return node.op === 'Mul' || node.op === 'Div' ? 'scale' : node.op === 'Add' || node.op === 'Sub' ? 'shift' : undefined;
}

/**
 * Case 1: a product by numbers, or a quotient. Case 2: a sum, or a difference. They go into the weights and the bias, which are known; a batch
 * normalisation with running statistics, which is a difference, a product and a sum, is gone with them.
 */
function fold(node: Node, uses: Uses): boolean {
  const kind = affinity(node);
  if (!kind) return false;
  const [x, y] = operandsOf(node);
  const result = node.outputs[0]!.shape;
  const orders = node.op === 'Mul' || node.op === 'Add' ? ([[x, y], [y, x]] as const) : ([[x, y]] as const);
  for (const [value, other] of orders) {
    if (value.shape.length !== result.length) continue;
    const product = readProduct(value, node, uses);
    const numbers = product && numbersOf(other, product, result);
    if (!product || !numbers || numbers.some((each) => !Number.isFinite(each) || (node.op === 'Div' && each === 0))) continue;
    const bias = product.bias ? Array.from(product.bias.data, Number) : undefined;
    const factors = numbers.map((each) => (node.op === 'Div' ? 1 / each : each));
    const signed = numbers.map((each) => (node.op === 'Sub' ? -each : each));
    const weights = kind === 'scale' ? makeConstant(scaledWeights(product, factors)) : product.node.inputs[1]!;
    const moved = kind === 'scale' ? bias?.map((each, i) => each * factors[i]!) : signed.map((each, i) => (bias?.[i] ?? 0) + each);
    // A bias that is added as it is stays the array that it was, and so keeps the name of the parameter.
    const whole = node.op === 'Add' && !bias ? constantData(other)! : undefined;
    const shift = whole?.data.length === product.features ? { ...whole, shape: [product.features] } : moved && vector(product, moved);
    uses.rewrite(node, { op: product.node.op, inputs: [product.node.inputs[0], weights, ...(shift ? [makeConstant(shift)] : [])], attributes: product.node.attributes });
    return true;
  }
  return false;
}

/** Case 3: a number times what a product takes, in float64, where `Gemm`'s alpha cannot hold it. */
function foldOperand(node: Node, uses: Uses): boolean {
  const scaled = node.domain === '' && (node.op === 'Conv' || node.op === 'Gemm') ? readScaled(producerOf(node.inputs[0])) : undefined;
  const weights = constantData(node.inputs[1]);
  if (!scaled || !weights || weights.dtype !== 'float64' || !uses.isOnlyReadBy(node.inputs[0]!, node) || isShared(node.inputs[1]!, uses)) return false;
  const kernel = makeConstant({ ...weights, data: arrayOf(weights.dtype, Array.from(weights.data, Number).map((weight) => weight * scaled.factor)) });
  uses.rewrite(node, { inputs: [scaled.value, kernel, ...node.inputs.slice(2)] });
  return true;
}

/** Factors and sums, one number a feature, into the known weights of the convolution or dense layer before them. */
export const foldWeights: Pass = rewritePass(fold, foldOperand);
