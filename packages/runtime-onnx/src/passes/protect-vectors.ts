import { tensorData } from '../graph/constants.js';
import { type Node, producerOf, type Value } from '../graph/graph.js';
import { permutationOf } from './cancel-layout.js';
import { makeConstant, makeNode, operandsOf, type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

const isTranspose = (node: Node): boolean => node.op === 'Transpose' && node.domain === '';

/** Past these ONNX Runtime does not move a transposition. */
const barriers: ReadonlySet<string> = new Set(['MatMul', 'Gemm', 'Conv']);

/** Whether a transposition stands above the value, or could be moved there. */
function hasTransposeAbove(value: Value, seen = new Set<Node>()): boolean {
  const producer = producerOf(value);
  if (producer === undefined || barriers.has(producer.op) || seen.has(producer)) return false;
  seen.add(producer);
  return isTranspose(producer) || producer.inputs.some((input) => input !== undefined && hasTransposeAbove(input, seen));
}

/** Case 1: a transposed matrix times a vector is the vector times the matrix. Case 2: the vector becomes a column. */
function protect(node: Node, uses: Uses): boolean {
  if (node.op !== 'MatMul' || node.domain !== '') return false;
  const [left, vector] = operandsOf(node);
  if (vector.shape.length !== 1 || left.shape.length < 2 || !hasTransposeAbove(left)) return false;
  const producer = producerOf(left);
  if (producer && isTranspose(producer) && permutationOf(producer).join() === '1,0') {
    uses.rewrite(node, { inputs: [vector, producer.inputs[0]] });
    return true;
  }
  const { dtype, shape } = node.outputs[0]!;
  const axis = (place: number): Value => makeConstant(tensorData('int64', [1], [place]));
  const column = makeNode('Unsqueeze', [vector, axis(1)], { dtype, shape: [...vector.shape, 1] }, node.scope);
  const product = makeNode('MatMul', [left, column.value], { dtype, shape: [...shape, 1] }, node.scope);
  uses.insert(column.node, node);
  uses.insert(product.node, node);
  uses.rewrite(node, { op: 'Squeeze', inputs: [product.value, axis(shape.length)] });
  return true;
}

/**
 * ONNX Runtime takes a `Transpose` before a `MatMul` into the product (its `MatmulTransposeFusion`, 1.30 and 1.31), which then gives wrong numbers where
 * the right operand is a vector. So there is no such product.
 */
export const protectVectors: Pass = rewritePass(protect);
