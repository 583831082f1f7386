import { moveaxis, reshape } from '../../ops/shape.js';
import type { WindowParams } from '../../primitives/params.js';
import { windowedAxes } from '../../primitives/window.js';
import { bind, bindOne } from '../../program/bind.js';
import { dimSizeOf } from '../../shape/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { linearInFirst, type JvpRule } from './rule.js';

/** The axes over which a window moves next to each other, with those that lie between them behind. */
function together(x: Tensor, moved: readonly number[]): Tensor {
  return moveaxis(x, moved, moved.map((_, i) => moved[0]! + i));
}

/** The axes over which the window moves as one, in the place of the first. */
function flatten(x: Tensor, moved: readonly number[]): Tensor {
  const [first = 0] = moved;
  const near = together(x, moved);
  return reshape(near, [...near.shape.slice(0, first), dimSizeOf(near.shape.slice(first, first + moved.length)), ...near.shape.slice(first + moved.length)]);
}

/** True where a window may select padding. */
const seesPadding = ({ padding, baseDilation }: WindowParams): boolean => padding.some(([low, high]) => low > 0 || high > 0) || baseDilation.some((dilation) => dilation > 1);

/** The elements of x at flat indices over the axes that the window moves over. */
function takeSelected(x: Tensor, indices: Tensor, params: WindowParams): Tensor {
  const moved = windowedAxes(params);
  if (moved.length === 0) return x;
  const near = together(indices, moved);
  const taken = bindOne('takeAlong', [flatten(x, moved), flatten(indices, moved)], { axis: moved[0]!, partial: seesPadding(params) });
  return moveaxis(reshape(taken, near.shape), moved.map((_, i) => moved[0]! + i), moved);
}

/** The tangent of each element that was selected. */
const windowSelect: JvpRule<'windowSelect'> = ([x], [t], params) => {
  const outputs = bind('windowSelect', [x!], params);
  return { outputs, tangents: [t ? takeSelected(t, outputs[1]!, params) : null, null] };
};

export const windowJvpRules: { readonly [P in 'windowSum' | 'windowSelect' | 'takeAlong' | 'putAlong']: JvpRule<P> } = {
  windowSum: linearInFirst('windowSum'),
  windowSelect,
  takeAlong: linearInFirst('takeAlong'),
  putAlong: linearInFirst('putAlong'),
};
