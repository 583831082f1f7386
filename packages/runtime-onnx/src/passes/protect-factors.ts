import { isStatic } from '@flaxon/tensor';
import { scalarValue } from '../emit/arithmetic.js';
import { filled } from '../graph/constants.js';
import { constantData, type Node, producerOf, type Value } from '../graph/graph.js';
import { makeConstant, makeNode, type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

const isMatMul = (node: Node | undefined): boolean => node?.op === 'MatMul' && node.domain === '';
const isTranspose = (node: Node | undefined): node is Node => node?.op === 'Transpose' && node.domain === '';

/** Whether a `MatMul` makes the value, at first or before it is transposed: ONNX Runtime moves transposes. */
function comesFromMatMul(value: Value | undefined): boolean {
  const producer = value && producerOf(value);
  return isMatMul(producer) || (isTranspose(producer) && comesFromMatMul(producer.inputs[0]));
}

const goesToMatMul = (value: Value, uses: Uses): boolean =>
  uses.readersOf(value).some((reader) => isMatMul(reader) || (isTranspose(reader) && goesToMatMul(reader.outputs[0]!, uses)));

const isHeld = (number: number): boolean => Math.fround(number) === number;

/** A float64 number that float32 does not hold, or by which `node` divides and whose reciprocal it does not hold. */
function isFragile(value: Value | undefined, node: Node): boolean {
  const number = scalarValue(value);
  if (value?.dtype !== 'float64' || number === undefined) return false;
  return !isHeld(number) || (node.op === 'Div' && value === node.inputs[1] && !isHeld(1 / number));
}

/** The number with its sign turned. */
function opposite(value: Value): Value {
  const data = constantData(value)!;
  return makeConstant({ ...data, data: Float64Array.from(data.data as Float64Array, (x) => -x) });
}

/** Where there is no axis to write the factor out along: x c is (-x) (-c), to the bit, and the negation stands between the product and the factor. */
function keepApart(node: Node, uses: Uses): boolean {
  const turned = node.inputs.map((input) => (isFragile(input, node) ? opposite(input!) : input));
  const slot = node.inputs.findIndex(comesFromMatMul);
  if (slot >= 0) {
    const x = node.inputs[slot]!;
    const negation = makeNode('Neg', [x], x, node.scope);
    uses.insert(negation.node, node);
    uses.rewrite(node, { inputs: turned.map((input, i) => (i === slot ? negation.value : input)) });
    return true;
  }
  const product = makeNode(node.op, turned, node.outputs[0]!, node.scope);
  uses.insert(product.node, node);
  uses.rewrite(node, { op: 'Neg', inputs: [product.value] });
  return true;
}

function protect(node: Node, uses: Uses): boolean {
  if ((node.op !== 'Mul' && node.op !== 'Div') || node.domain !== '' || !node.inputs.some((input) => isFragile(input, node))) return false;
  const [output] = node.outputs;
  const touchesMatMul = goesToMatMul(output!, uses) || node.inputs.some(comesFromMatMul);
  // Along the last axis of a known size above 1; there is one but for arrays of one column.
  const axis = output!.shape.findLastIndex((dim) => isStatic(dim) && dim > 1);
  if (!touchesMatMul) return false;
  if (axis < 0) return keepApart(node, uses);
  const shape = output!.shape.slice(axis).map((dim, i) => (i === 0 ? (dim as number) : 1));
  const inputs = node.inputs.map((input) => (isFragile(input, node) ? makeConstant(filled(constantData(input)!, shape)) : input));
  uses.rewrite(node, { inputs });
  return true;
}

/**
 * ONNX Runtime moves a scalar factor beside a `MatMul` into a float32 attribute (its `MatMulScaleFusion`, 1.30), where a float64 factor loses half its
 * digits. So such a factor is written out along an axis: then it is none. This pass comes last and once: others would take its nodes away.
 */
export const protectFactors: Pass = rewritePass(protect);
