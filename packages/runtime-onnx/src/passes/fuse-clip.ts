import { equalShapes } from '@flaxon/tensor';
import { scalarValue } from '../emit/arithmetic.js';
import { constantData, type Node, producerOf, type Value } from '../graph/graph.js';
import { hasKernel } from '../lower/kernel-support.js';
import { makeConstant, type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

interface Bounded {
  readonly value: Value;
  readonly bound: Value;
}

/** A value and the number that bounds it, where `node` is `op` of these. */
function readBounded(node: Node | undefined, op: 'Max' | 'Min'): Bounded | undefined {
  if (node?.op !== op || node.domain !== '') return undefined;
  const [x, y] = node.inputs;
  const { shape } = node.outputs[0]!;
  for (const [value, bound] of [[x, y], [y, x]] as const) {
    if (value && bound && scalarValue(bound) !== undefined && !constantData(value) && equalShapes(value.shape, shape)) return { value, bound };
  }
  return undefined;
}

/** `Clip` wants bounds of rank 0. */
const rankZero = (bound: Value): Value => (bound.shape.length === 0 ? bound : makeConstant({ ...constantData(bound)!, shape: [] }));

/** Min(Max(x, low), high), and Max(Min(x, high), low) where low is at most high. */
function fuse(node: Node, uses: Uses): boolean {
  for (const [outerOp, innerOp] of [['Min', 'Max'], ['Max', 'Min']] as const) {
    const outer = readBounded(node, outerOp);
    const inner = readBounded(producerOf(outer?.value), innerOp);
    if (!outer || !inner || !uses.isOnlyReadBy(outer.value, node) || !hasKernel('Clip', outer.value.dtype)) continue;
    const [low, high] = outerOp === 'Min' ? [inner.bound, outer.bound] : [outer.bound, inner.bound];
    if (!(scalarValue(low)! <= scalarValue(high)!)) continue;
    uses.rewrite(node, { op: 'Clip', inputs: [inner.value, rankZero(low), rankZero(high)], attributes: {} });
    return true;
  }
  return false;
}

/** A lower and an upper bound as one `Clip`. Both propagate NaN. */
export const fuseClip: Pass = rewritePass(fuse);
