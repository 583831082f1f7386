import { equalShapes, type Shape } from '@flaxon/tensor';
import { constantData, type Node, producerOf, type Value } from '../graph/graph.js';
import { broadcastingOperators, unaryOperators } from './operators.js';
import { makeConstant, makeNode, type Pass, rewritePass } from './pass.js';
import { reshapeTarget } from './reshape-target.js';
import type { Uses } from './uses.js';

interface Reshaped {
  readonly source: Value;
  readonly from: Shape;
  readonly to: Shape;
}

function readReshape(value: Value | undefined): Reshaped | undefined {
  const node = producerOf(value);
  if (node?.op !== 'Reshape' || node.domain !== '') return undefined;
  const source = node.inputs[0]!;
  return { source, from: source.shape, to: value!.shape };
}

const isElementwise = ({ op, domain }: Node): boolean => domain === '' && (broadcastingOperators.has(op) || unaryOperators.has(op));

/** How many axes at the end are the same in both shapes. */
function commonSuffix(a: Shape, b: Shape): number {
  let count = 0;
  while (count < a.length && count < b.length && a[a.length - 1 - count] === b[b.length - 1 - count]) count++;
  return count;
}

/** A scalar in the rank that has a fast path next to an axis of size 1 at the end. */
function rankedScalar(value: Value, shape: Shape, op: string): Value {
  const data = constantData(value);
  const isSlow = shape.length > 1 && shape[shape.length - 1] === 1 && op !== 'Clip';
  return data && isSlow ? makeConstant({ ...data, shape: shape.map(() => 1) }) : value;
}

/**
 * The operand to use before the reshape. Case 1: reshaped alike: its source. Case 2: a scalar. Case 3: it broadcasts along axes that
 * the reshape leaves as they are; axes of size 1 in front of a known array count for nothing.
 */
function before(operand: Value, { from, to }: Reshaped, op: string): Value | undefined {
  const other = readReshape(operand);
  if (other && equalShapes(other.from, from) && equalShapes(other.to, to)) return other.source;
  if (operand.shape.every((dim) => dim === 1)) return constantData(operand) ? rankedScalar(makeScalar(operand), from, op) : operand.shape.length <= Math.min(from.length, to.length) ? operand : undefined;
  const shown = withoutLeadingAxes(operand);
  return shown.shape.length <= commonSuffix(from, to) ? shown : undefined;
}

/** A known array without the axes of size 1 in front. */
function withoutLeadingAxes(value: Value): Value {
  const data = constantData(value);
  const first = value.shape.findIndex((dim) => dim !== 1);
  return data && first > 0 ? makeConstant({ ...data, shape: data.shape.slice(first) }) : value;
}

const makeScalar = (value: Value): Value => (value.shape.length === 0 ? value : makeConstant({ ...constantData(value)!, shape: [] }));

/** True where everybody who reads the reshaped value is elementwise too: else the reshape would stay and be doubled. */
const mayMove = (value: Value, uses: Uses): boolean => !uses.isOutput(value) && uses.readersOf(value).every(isElementwise);

function sink(node: Node, uses: Uses): boolean {
  if (!isElementwise(node)) return false;
  const [output] = node.outputs;
  const operand = node.inputs.find((input) => readReshape(input) && equalShapes(input!.shape, output!.shape));
  const reshaped = readReshape(operand);
  if (!operand || !reshaped || !mayMove(operand, uses)) return false;
  const inputs = node.inputs.map((input) => input && before(input, reshaped, node.op));
  if (inputs.some((input, i) => node.inputs[i] && !input)) return false;
  const target = reshapeTarget(output!.shape);
  if (!target) return false;
  const inner = makeNode(node.op, inputs, { dtype: output!.dtype, shape: reshaped.from }, node.scope, node.attributes);
  uses.insert(inner.node, node);
  uses.rewrite(node, { op: 'Reshape', inputs: [inner.value, target], attributes: {} });
  return true;
}

/**
 * `f(Reshape(x))` is `Reshape(f(x))` for elementwise f: so reshapes around products of matrices meet and cancel, and biases come next to the
 * `Gemm` that takes them.
 */
export const sinkReshape: Pass = rewritePass(sink);
