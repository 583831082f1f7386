import { concrete, equalShapes, mul } from '@flaxon/tensor';
import { constantData, type Node, producerOf, type Value } from '../graph/graph.js';
import { makeConstant, operandsOf, type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

/** Larger products stay as they are: two arrays would be kept in place of one. */
const largest = 4096;

/** The product of two known arrays, where it is small. */
function productOf(choice: Value, factor: Value): Value | undefined {
  const [a, b] = [constantData(choice), constantData(factor)];
  if (!a || !b) return undefined;
  const product = mul(concrete(a.data, a.shape, a.dtype), concrete(b.data, b.shape, b.dtype));
  return product.size <= largest ? makeConstant({ dtype: a.dtype, shape: product.staticShape(), data: product.data() }) : undefined;
}

/** `Where(c, a, b) * k` with known a, b and k is `Where(c, a k, b k)`: the derivative of a rectifier next to a row of weights. */
function fold(node: Node, uses: Uses): boolean {
  if (node.op !== 'Mul' || node.domain !== '') return false;
  const [x, y] = operandsOf(node);
  for (const [value, factor] of [[x, y], [y, x]] as const) {
    const choice = producerOf(value);
    if (choice?.op !== 'Where' || choice.domain !== '' || !uses.isOnlyReadBy(value, node) || !equalShapes(value.shape, node.outputs[0]!.shape)) continue;
    const [condition, onTrue, onFalse] = choice.inputs as [Value, Value, Value];
    const [a, b] = [productOf(onTrue, factor), productOf(onFalse, factor)];
    if (!a || !b) continue;
    uses.rewrite(node, { op: 'Where', inputs: [condition, a, b], attributes: {} });
    return true;
  }
  return false;
}

/** Products with a choice between known numbers: the product chooses. */
export const foldChoice: Pass = rewritePass(fold);
