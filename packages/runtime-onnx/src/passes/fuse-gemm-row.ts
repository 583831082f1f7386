import { type Dim, isStatic, type Shape } from '@flaxon/tensor';
import { tensorData } from '../graph/constants.js';
import { type Node, producerOf, type Value } from '../graph/graph.js';
import { readGemm, writeGemm } from './gemm.js';
import { makeConstant, makeNode, operandsOf, type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

interface RowProduct {
  readonly matrix: Value;
  /** (1, columns) or (columns). */
  readonly row: Value;
}

const isRow = (shape: Shape, columns: Dim): boolean => (shape.length === 1 && shape[0] === columns) || (shape.length === 2 && shape[0] === 1 && shape[1] === columns);

/** A matrix times a row, where `node` is that and the row is not as large. */
function readRowProduct(node: Node | undefined): RowProduct | undefined {
  if (node?.op !== 'Mul' || node.domain !== '') return undefined;
  const [x, y] = operandsOf(node);
  const [rows, columns] = node.outputs[0]!.shape;
  if (columns === undefined || columns === 1 || rows === 1) return undefined;
  const isMatrix = ({ shape }: Value): boolean => shape.length === 2 && shape[0] === rows && shape[1] === columns;
  if (isMatrix(x) && isRow(y.shape, columns)) return { matrix: x, row: y };
  return isMatrix(y) && isRow(x.shape, columns) ? { matrix: y, row: x } : undefined;
}

/** True where `a` has more elements for certain; a symbolic size counts as large. */
const isLarger = (a: Dim, b: Dim): boolean => !isStatic(a) || (isStatic(b) && a > b);

/**
 * `Gemm(x * row, b)` is `Gemm(x, b')`, where b' is b with its rows multiplied by the elements of `row`: a product on the smaller matrix,
 * and where the weights stay while x changes (as in the steps of a solver) one for all.
 */
function moveRow(node: Node, uses: Uses): boolean {
  const gemm = readGemm(node);
  if (!gemm || gemm.transA) return false;
  const product = readRowProduct(producerOf(gemm.a));
  if (!product || !uses.isOnlyReadBy(gemm.a, node)) return false;
  const { shape } = gemm.b;
  const columns = shape[gemm.transB ? 0 : 1]!;
  if (!isLarger(product.matrix.shape[0]!, columns)) return false;
  const { dtype, row } = { ...product, dtype: gemm.b.dtype };
  const contracted = gemm.a.shape[1]!;
  let factor = row;
  if (!gemm.transB) {
    if (!isStatic(contracted)) return false;
    const target = makeConstant(tensorData('int64', [2], [contracted, 1]));
    const column = makeNode('Reshape', [row, target], { dtype, shape: [contracted, 1] }, node.scope);
    uses.insert(column.node, node);
    factor = column.value;
  }
  const scaled = makeNode('Mul', [gemm.b, factor], { dtype, shape }, node.scope);
  uses.insert(scaled.node, node);
  uses.rewrite(node, writeGemm({ ...gemm, a: product.matrix, b: scaled.value }));
  return true;
}

/** Products with a row before a `Gemm` into its other factor. */
export const fuseGemmRow: Pass = rewritePass(moveRow);
