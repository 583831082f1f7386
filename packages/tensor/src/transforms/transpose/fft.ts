import { full } from '../../ops/create.js';
import { bind } from '../../program/bind.js';
import type { TransposeRule } from './rule.js';

export const fftTransposeRules: { readonly [P in 'dft']: TransposeRule<P> } = {
  /** With F = C - iS, (real, imag) goes to (C real + S imag, C imag - S real), whose transpose is that of C + iS. */
  dft: (cotangents, operands, { axis, inverse }) => {
    const given = cotangents.map((cotangent, i) => cotangent ?? full(operands[i]!.spec.shape, 0, operands[i]!.spec.dtype));
    const back = bind('dft', given, { axis, inverse: !inverse });
    return operands.map((operand, i) => (operand.linear ? back[i]! : null));
  },
};
