import { ShapeError } from '../../errors/errors.js';
import { formatShape, type Shape, type Spec } from '../../shape/shape.js';
import type { PrimitiveParams, ReduceParams } from '../params.js';
import { requireAxes, requireDtype, type RuleOf, type ShapeRule } from './rule.js';

type Reducing = 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin' | 'argMax' | 'argMin' | 'cumSum' | 'cumProd' | 'sort';

const withoutAxes = (shape: Shape, { axes, keepDims }: ReduceParams): Shape =>
  keepDims ? shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)) : shape.filter((_, axis) => !axes.includes(axis));

const reduce = (operation: string, needsNumber: boolean): RuleOf<ReduceParams> => ([x], params) => {
  requireAxes(operation, params.axes, x!.shape.length, x!);
  if (needsNumber) requireDtype(operation, x!, (dtype) => dtype !== 'bool', 'a number dtype');
  return [{ shape: withoutAxes(x!.shape, params), dtype: x!.dtype }];
};

const argument = (operation: string): RuleOf<PrimitiveParams['argMax']> => ([x], { axis, keepDims }) => {
  requireAxes(operation, [axis], x!.shape.length, x!);
  if (x!.shape[axis] === 0) throw new ShapeError(operation, [formatShape(x!.shape)], `axis ${axis} is empty, so it has no ${operation}`);
  return [{ shape: withoutAxes(x!.shape, { axes: [axis], keepDims }), dtype: 'int32' }];
};

const cumulative = (operation: string): RuleOf<PrimitiveParams['cumSum']> => ([x], { axis }) => {
  requireAxes(operation, [axis], x!.shape.length, x!);
  requireDtype(operation, x!, (dtype) => dtype !== 'bool', 'a number dtype');
  return [{ shape: x!.shape, dtype: x!.dtype }];
};

export const reduceShapeRules: { readonly [P in Reducing]: ShapeRule<P> } = {
  reduceSum: reduce('reduceSum', true),
  reduceProd: reduce('reduceProd', true),
  reduceMax: reduce('reduceMax', false),
  reduceMin: reduce('reduceMin', false),
  argMax: argument('argMax'),
  argMin: argument('argMin'),
  cumSum: cumulative('cumSum'),
  cumProd: cumulative('cumProd'),
  sort: (inputs, { axis, keys }) => {
    const first = inputs[0]!;
    requireAxes('sort', [axis], first.shape.length, first);
    if (keys < 1 || keys > inputs.length) throw new ShapeError('sort', inputs.map((input) => formatShape(input.shape)), `needs 1 to ${inputs.length} keys, found ${keys}`);
    if (inputs.some((input) => formatShape(input.shape) !== formatShape(first.shape))) {
      throw new ShapeError('sort', inputs.map((input) => formatShape(input.shape)), 'operands that are sorted together have one shape');
    }
    return inputs.map(({ shape, dtype }): Spec => ({ shape, dtype }));
  },
};

