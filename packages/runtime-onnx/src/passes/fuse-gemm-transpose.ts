import { type Node, producerOf, type Value } from '../graph/graph.js';
import { readGemm, writeGemm } from './gemm.js';
import { type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

/** What `node` transposes, where it swaps the two axes of a matrix. */
function swapped(node: Node | undefined): Value | undefined {
  if (node?.op !== 'Transpose' || node.domain !== '') return undefined;
  return node.outputs[0]!.shape.length === 2 ? node.inputs[0] : undefined;
}

/** Case 1: `Gemm(Transpose(a), b)`, `Gemm(a, Transpose(b))`: a flag. The transposed matrix may have other readers. */
function transposeFactor(node: Node, uses: Uses): boolean {
  const gemm = readGemm(node);
  if (!gemm) return false;
  const a = swapped(producerOf(gemm.a));
  const b = swapped(producerOf(gemm.b));
  if (!a && !b) return false;
  const sides = { a: a ?? gemm.a, b: b ?? gemm.b, transA: a ? !gemm.transA : gemm.transA, transB: b ? !gemm.transB : gemm.transB };
  uses.rewrite(node, writeGemm({ ...gemm, ...sides }));
  return true;
}

/** Case 2: `Transpose(Gemm(a, b))` is the product of the transposed factors in the other order. */
function transposeProduct(node: Node, uses: Uses): boolean {
  const product = swapped(node);
  const gemm = readGemm(producerOf(product));
  if (!product || !gemm || gemm.c || !uses.isOnlyReadBy(product, node)) return false;
  uses.rewrite(node, writeGemm({ ...gemm, a: gemm.b, b: gemm.a, transA: !gemm.transB, transB: !gemm.transA }));
  return true;
}

/** Transpositions into the flags of a `Gemm`, where they cost nothing. */
export const fuseGemmTranspose: Pass = rewritePass(transposeFactor, transposeProduct);
