import { full } from '../../ops/create.js';
import { TransformError } from '../../errors/errors.js';
import type { WindowParams } from '../../primitives/params.js';
import { bindOne } from '../../program/bind.js';
import { addDim, isStatic, subDim, type Dim } from '../../shape/dim.js';
import type { Shape } from '../../shape/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { valueOf, type TransposeRule } from './rule.js';

const dilate = (size: Dim, dilation: number): Dim => (isStatic(size) ? (size === 0 ? 0 : (size - 1) * dilation + 1) : size);

/** The padding with which a window over the cotangent, spread by the strides, gives back the operand. */
function paddingBack(ct: Shape, operand: Shape, params: WindowParams): (readonly [number, number])[] {
  return params.padding.map(([low], axis) => {
    const window = (params.dimensions[axis]! - 1) * params.windowDilation[axis]! + 1;
    const before = window - low - 1;
    const spread = subDim(addDim(dilate(operand[axis]!, params.baseDilation[axis]!), window - 1 - before), dilate(ct[axis]!, params.strides[axis]!));
    if (!isStatic(spread)) throw new TransformError('the reverse-mode derivative', 'windowSum', `has a stride of ${params.strides[axis]!} along the symbolic axis ${axis}; it needs one of known size`);
    return [before, spread];
  });
}

function windowSumBack(ct: Tensor, operand: Shape, params: WindowParams): Tensor {
  if (ct.shape.includes(0)) return full(operand, 0, ct.dtype);
  return bindOne('windowSum', [ct], { ...params, strides: params.baseDilation, baseDilation: params.strides, padding: paddingBack(ct.shape, operand, params) });
}

export const windowTransposeRules: { readonly [P in 'windowSum' | 'takeAlong' | 'putAlong']: TransposeRule<P> } = {
  windowSum: ([ct], [x], params) => [windowSumBack(ct!, x!.spec.shape, params)],
  takeAlong: ([ct], [x, indices], { axis, partial }) => [bindOne('putAlong', [ct!, valueOf(indices!)], { axis, partial, size: x!.spec.shape[axis]! }), null],
  putAlong: ([ct], [, indices], { axis, partial }) => [bindOne('takeAlong', [ct!, valueOf(indices!)], { axis, partial }), null],
};
