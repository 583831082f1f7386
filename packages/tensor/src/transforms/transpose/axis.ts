import { bindOne } from '../../program/bind.js';
import { squeeze } from '../../ops/shape.js';
import { convert } from '../../ops/operand.js';
import type { TransposeRule } from './rule.js';

/** What one example gives reaches every example, so its cotangent is the sum of theirs. */
export const axisTransposeRules: { readonly collective: TransposeRule<'collective'>; readonly allGather: TransposeRule<'allGather'> } = {
  collective: ([ct], _, params) => [bindOne('collective', [ct!], params)],
  allGather: ([ct], _, { axisName, axis }) => {
    const total = bindOne('collective', [ct!], { axisName, reduction: 'sum' });
    const own = bindOne('axisIndex', [], { axisName });
    const starts = ct!.shape.map((_dim, i) => (i === axis ? own : convert(0, 'int32')));
    return [squeeze(bindOne('dynamicSlice', [total, ...starts], { sizes: ct!.shape.map((dim, i) => (i === axis ? 1 : dim)) }), axis)];
  },
};
