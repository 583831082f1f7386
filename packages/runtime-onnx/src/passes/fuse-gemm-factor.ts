import { equalShapes } from '@flaxon/tensor';
import { scalarValue } from '../emit/arithmetic.js';
import { type Node, producerOf, type Value } from '../graph/graph.js';
import { isExactFactor, readGemm, writeGemm } from './gemm.js';
import { type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

interface Scaled {
  readonly value: Value;
  readonly factor: number;
}

/** `value` times a number, where `node` is that. Case 1: `Mul` by a constant. Case 2: `Div` by one. Case 3: `Neg`. */
export function readScaled(node: Node | undefined): Scaled | undefined {
  if (!node || node.domain !== '') return undefined;
  const [x, y] = node.inputs;
  const { shape } = node.outputs[0]!;
  const scaled = (value: Value | undefined, factor: number | undefined): Scaled | undefined =>
    value && factor !== undefined && equalShapes(value.shape, shape) ? { value, factor } : undefined;
  if (node.op === 'Neg') return scaled(x, -1);
  if (node.op === 'Mul') return scaled(x, scalarValue(y)) ?? scaled(y, scalarValue(x));
  const divisor = node.op === 'Div' ? scalarValue(y) : undefined;
  return divisor === undefined || divisor === 0 ? undefined : scaled(x, 1 / divisor);
}

/** `c * Gemm(...)`: into alpha and beta. */
function scaleProduct(node: Node, uses: Uses): boolean {
  const scaled = readScaled(node);
  const gemm = readGemm(producerOf(scaled?.value));
  if (!scaled || !gemm || !uses.isOnlyReadBy(scaled.value, node)) return false;
  const { factor } = scaled;
  const [alpha, beta] = [factor * gemm.alpha, factor * gemm.beta];
  if (!isExactFactor(alpha, scaled.value) || (gemm.c && !isExactFactor(beta, scaled.value))) return false;
  uses.rewrite(node, writeGemm({ ...gemm, alpha, beta }));
  return true;
}

/** `Gemm(c * a, b)` and `Gemm(a, c * b)`: into alpha, where nobody else reads the scaled factor. */
function scaleFactor(node: Node, uses: Uses): boolean {
  const gemm = readGemm(node);
  if (!gemm) return false;
  for (const side of ['a', 'b'] as const) {
    const scaled = readScaled(producerOf(gemm[side]));
    if (!scaled || !uses.isOnlyReadBy(gemm[side], node) || !isExactFactor(scaled.factor * gemm.alpha, scaled.value)) continue;
    uses.rewrite(node, writeGemm({ ...gemm, [side]: scaled.value, alpha: scaled.factor * gemm.alpha }));
    return true;
  }
  return false;
}

/** Products with a number into the alpha (and beta) of a `Gemm`. */
export const fuseGemmFactor: Pass = rewritePass(scaleProduct, scaleFactor);
