import { isFloating } from '../../dtype/dtype.js';
import { ShapeError } from '../../errors/errors.js';
import { isStatic, type Dim } from '../../shape/dim.js';
import { formatShape, type Spec } from '../../shape/shape.js';
import type { ConvParams } from '../params.js';
import { requireAxes, requireDtype, requireSameDtype, type ShapeRule } from './rule.js';
import { slidingPlaces } from './window.js';

const shapesOf = (inputs: readonly Spec[]): string[] => inputs.map((input) => formatShape(input.shape));

function convSpatial(inputs: readonly Spec[], axis: number, params: ConvParams): Dim {
  const [x, kernel] = inputs;
  const sliding = { stride: params.strides[axis]!, padding: params.padding[axis]!, baseDilation: params.lhsDilation[axis]!, windowDilation: params.rhsDilation[axis]! };
  const places = slidingPlaces(x!.shape[axis + 2]!, kernel!.shape[axis + 2]!, sliding);
  if (typeof places === 'string') throw new ShapeError('conv', shapesOf(inputs), `spatial axis ${axis} ${places}`);
  return places;
}

export const contractShapeRules: { readonly [P in 'dot' | 'conv']: ShapeRule<P> } = {
  dot: (inputs, { lhsContract, rhsContract, lhsBatch, rhsBatch }) => {
    const [lhs, rhs] = inputs;
    const dtype = requireSameDtype('dot', inputs);
    requireDtype('dot', lhs!, (found) => found !== 'bool', 'a number dtype');
    requireAxes('dot', [...lhsBatch, ...lhsContract], lhs!.shape.length, lhs!);
    requireAxes('dot', [...rhsBatch, ...rhsContract], rhs!.shape.length, rhs!);
    const pairs = [...lhsContract.map((axis, i) => [axis, rhsContract[i]!] as const), ...lhsBatch.map((axis, i) => [axis, rhsBatch[i]!] as const)];
    for (const [left, right] of pairs) {
      if (lhs!.shape[left] !== rhs!.shape[right]) {
        throw new ShapeError('dot', shapesOf(inputs), `axis ${left} of the left operand (${String(lhs!.shape[left])}) must equal axis ${right} of the right one (${String(rhs!.shape[right])})`);
      }
    }
    const free = (x: Spec, used: readonly number[]): Dim[] => x.shape.filter((_, axis) => !used.includes(axis));
    const shape = [...lhsBatch.map((axis) => lhs!.shape[axis]!), ...free(lhs!, [...lhsBatch, ...lhsContract]), ...free(rhs!, [...rhsBatch, ...rhsContract])];
    return [{ shape, dtype }];
  },
  conv: (inputs, params) => {
    const [x, kernel] = inputs;
    const dtype = requireSameDtype('conv', inputs);
    requireDtype('conv', x!, (found) => isFloating(found) || found !== 'bool', 'a number dtype');
    const spatial = params.strides.length;
    const { featureGroupCount: groups, batchGroupCount } = params;
    if (x!.shape.length !== spatial + 2 || kernel!.shape.length !== spatial + 2) {
      throw new ShapeError('conv', shapesOf(inputs), `operand and kernel need rank ${spatial + 2}`);
    }
    const [batch, channels] = x!.shape;
    const [features, perGroup] = kernel!.shape;
    const fits = isStatic(channels!) && isStatic(features!) && perGroup === channels / groups && features % groups === 0 && features % batchGroupCount === 0;
    if (!fits) throw new ShapeError('conv', shapesOf(inputs), `with ${groups} groups the kernel's second axis must be the operand's channels / ${groups}, and its first a multiple of the groups`);
    const rows = batchGroupCount === 1 ? batch! : isStatic(batch!) && batch % batchGroupCount === 0 ? batch / batchGroupCount : undefined;
    if (rows === undefined) throw new ShapeError('conv', shapesOf(inputs), `the batch must be a multiple of its ${batchGroupCount} groups`);
    return [{ shape: [rows, features, ...params.strides.map((_, axis) => convSpatial(inputs, axis, params))], dtype }];
  },
};
