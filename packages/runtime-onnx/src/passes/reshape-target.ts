import { isStatic, type Shape } from '@flaxon/tensor';
import { tensorData } from '../graph/constants.js';
import type { Value } from '../graph/graph.js';
import { makeConstant } from './pass.js';

/** The constant operand of a `Reshape` to `shape`; undefined where it would have to be computed. */
export function reshapeTarget(shape: Shape): Value | undefined {
  const symbolic = shape.filter((dim) => !isStatic(dim));
  if (symbolic.length > 1 || shape.includes(0)) return undefined;
  return makeConstant(tensorData('int64', [shape.length], shape.map((dim) => (isStatic(dim) ? dim : -1))));
}
