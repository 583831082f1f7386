import { smallElements, tensorData } from '../graph/constants.js';
import { constantData, type Node, producerOf } from '../graph/graph.js';
import { makeConstant, type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

interface Sum {
  /** The reduced axes of the operand. */
  readonly axes: readonly number[];
  readonly keepsAxes: boolean;
}

function readSum(node: Node | undefined): Sum | undefined {
  if (node?.op !== 'ReduceSum' || node.domain !== '' || node.inputs.length !== 2) return undefined;
  const data = constantData(node.inputs[1]);
  const keepDims = node.attributes.keepdims;
  const axes = data && smallElements(data);
  return axes && { axes, keepsAxes: !(keepDims?.kind === 'int' && Number(keepDims.value) === 0) };
}

/** The axes of the first operand that `outer` reduces, counted before `inner` took some away. */
function originalAxes(inner: Sum, outer: Sum, rank: number): number[] {
  if (inner.keepsAxes) return [...outer.axes];
  const left = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !inner.axes.includes(axis));
  return outer.axes.map((axis) => left[axis]!);
}

function merge(node: Node, uses: Uses): boolean {
  const outer = readSum(node);
  const first = producerOf(node.inputs[0]);
  const inner = readSum(first);
  if (!outer || !inner || !uses.isOnlyReadBy(node.inputs[0]!, node)) return false;
  // The axes that the first sum dropped do not come back.
  if (outer.keepsAxes !== inner.keepsAxes) return false;
  const [source] = first!.inputs;
  const axes = [...new Set([...inner.axes, ...originalAxes(inner, outer, source!.shape.length)])].sort((a, b) => a - b);
  uses.rewrite(node, { inputs: [source, makeConstant(tensorData('int64', [axes.length], axes))] });
  return true;
}

/** A sum of sums as one sum over the axes of both. */
export const mergeSums: Pass = rewritePass(merge);
