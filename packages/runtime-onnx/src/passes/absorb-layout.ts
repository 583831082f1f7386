import { concrete, isStatic, reshape, sizeOf, type StaticShape, transpose } from '@flaxon/tensor';
import { constantData, type Node, producerOf, type Value } from '../graph/graph.js';
import { permutationOf } from './cancel-layout.js';
import { readGemm, writeGemm } from './gemm.js';
import { makeConstant, makeNode, type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

interface Flattened {
  /** (rows, axes...) before the change of layout. */
  readonly source: Value;
  readonly permutation: readonly number[];
  readonly reshape: Node;
}

/** What is flattened to (rows, inner) behind a change of layout that leaves the rows where they are, for `reader` alone. */
function readFlattened(value: Value, reader: Node, uses: Uses): Flattened | undefined {
  const flatten = producerOf(value);
  if (flatten?.op !== 'Reshape' || flatten.domain !== '' || !uses.isOnlyReadBy(value, reader)) return undefined;
  const turned = flatten.inputs[0]!;
  const node = producerOf(turned);
  if (node?.op !== 'Transpose' || node.domain !== '' || !uses.isOnlyReadBy(turned, flatten)) return undefined;
  const permutation = permutationOf(node);
  const isFlat = value.shape.length === 2 && value.shape[0] === turned.shape[0] && turned.shape.slice(1).every(isStatic);
  return isFlat && permutation[0] === 0 ? { source: node.inputs[0]!, permutation, reshape: flatten } : undefined;
}

/** The rows of a matrix (inner, columns), or the columns of its transpose, in the order of the axes before the change of layout. */
function reordered(matrix: Value, isTransposed: boolean, { source, permutation }: Flattened): Value | undefined {
  const data = constantData(matrix);
  if (!data) return undefined;
  const given = permutation.slice(1).map((axis) => source.shape[axis]!) as StaticShape;
  const [side, at] = isTransposed ? [data.shape[0]!, 1] : [data.shape[1]!, 0];
  const back = permutation.slice(1).map((_, i) => permutation.indexOf(i + 1) - 1);
  const split = reshape(concrete(data.data, data.shape, data.dtype), isTransposed ? [side, ...given] : [...given, side]);
  const order = isTransposed ? [0, ...back.map((axis) => axis + 1)] : [...back, given.length];
  const inner = sizeOf(given);
  const made = reshape(transpose(split, order), at === 0 ? [inner, side] : [side, inner]);
  return makeConstant({ dtype: data.dtype, shape: data.shape, data: made.data() });
}

/** `Gemm(Reshape(Transpose(x)), b)` with known weights is `Gemm(Reshape(x), b')`, with the rows of b in another order. */
function absorb(node: Node, uses: Uses): boolean {
  const gemm = readGemm(node);
  if (!gemm || gemm.transA) return false;
  const flattened = readFlattened(gemm.a, node, uses);
  const weights = flattened && reordered(gemm.b, gemm.transB, flattened);
  if (!flattened || !weights) return false;
  const made = makeNode('Reshape', [flattened.source, flattened.reshape.inputs[1]], gemm.a, node.scope, flattened.reshape.attributes);
  uses.insert(made.node, node);
  uses.rewrite(node, writeGemm({ ...gemm, a: made.value, b: weights }));
  return true;
}

/** The change of layout between the last convolution of a network and its first dense layer, into the weights of that. */
export const absorbLayout: Pass = rewritePass(absorb);
