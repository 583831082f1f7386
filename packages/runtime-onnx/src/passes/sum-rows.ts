import { isFloating, isStatic } from '@flaxon/tensor';
import { filled, smallElements, tensorData } from '../graph/constants.js';
import { constantData, type Node } from '../graph/graph.js';
import { makeConstant, makeNode, type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

/** The row of ones is a constant of the file: longer ones are not worth it. */
const mostRows = 4096;
/** Fewer columns are as fast either way. */
const fewestColumns = 4;

/** `ReduceSum` of a matrix over its rows, by a row of ones; with or without keeping the axis. */
function sumByProduct(node: Node, uses: Uses): boolean {
  if (node.op !== 'ReduceSum' || node.domain !== '') return false;
  const x = node.inputs[0]!;
  const axes = constantData(node.inputs[1]) && smallElements(constantData(node.inputs[1])!);
  const [rows, columns] = x.shape;
  if (x.shape.length !== 2 || !isFloating(x.dtype) || axes?.length !== 1 || axes[0] !== 0) return false;
  if (!isStatic(rows!) || !isStatic(columns!) || rows < 2 || rows > mostRows || columns < fewestColumns) return false;
  const ones = makeConstant(filled(tensorData(x.dtype, [], [1]), [1, rows]));
  if (node.outputs[0]!.shape.length === 2) {
    uses.rewrite(node, { op: 'Gemm', inputs: [ones, x], attributes: {} });
    return true;
  }
  const product = makeNode('Gemm', [ones, x], { dtype: x.dtype, shape: [1, columns] }, node.scope);
  uses.insert(product.node, node);
  uses.rewrite(node, { op: 'Reshape', inputs: [product.value, makeConstant(tensorData('int64', [1], [columns]))], attributes: {} });
  return true;
}

/**
 * Sums over the rows of a matrix (gradients of biases) as products with a row of ones: a third faster, and then a factor and an addition,
 * such as those of a step of gradient descent, go into the `Gemm`.
 */
export const sumRows: Pass = rewritePass(sumByProduct);
