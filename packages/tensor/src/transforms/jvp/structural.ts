import { TransformError } from '../../errors/errors.js';
import { isStatic, subDim } from '../../shape/dim.js';
import { iota } from '../../ops/create.js';
import { add, div, equal, mul } from '../../ops/elementwise.js';
import { takeAlongAxis } from '../../ops/indexing.js';
import { convert } from '../../ops/operand.js';
import { sum } from '../../ops/reduce.js';
import { concatenate, moveaxis, reshape, sliceAxis, squeeze } from '../../ops/shape.js';
import { scan } from '../../control/scan.js';
import type { ReduceParams } from '../../primitives/params.js';
import { bind, bindOne } from '../../program/bind.js';
import { dimSizeOf } from '../../shape/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { addTangents, constantRule, instantiate, linearInFirst, type JvpRule, type JvpRuleOf } from './rule.js';

type Structural =
  | 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin' | 'argMax' | 'argMin' | 'cumSum' | 'cumProd' | 'sort'
  | 'reshape' | 'transpose' | 'broadcastTo' | 'concatenate' | 'slice' | 'split' | 'pad' | 'reverse' | 'iota' | 'dimension'
  | 'dynamicSlice' | 'dynamicUpdateSlice' | 'gather' | 'scatter' | 'dot' | 'conv';

/** The elements that are the largest (smallest) share its derivative evenly. */
const extremum = (primitive: 'reduceMax' | 'reduceMin'): JvpRuleOf<ReduceParams> => ([x], [t], params) => {
  const { axes, keepDims } = params;
  const kept = bindOne(primitive, [x!], { axes, keepDims: true });
  const output = keepDims ? kept : squeeze(kept, axes);
  if (!t) return { outputs: [output], tangents: [null] };
  const mask = convert(equal(x!, kept), x!.dtype);
  const share = div(sum(mul(t, mask), { axis: axes, keepdims: keepDims }), sum(mask, { axis: axes, keepdims: keepDims }));
  return { outputs: [output], tangents: [share] };
};

/** The product of all other elements along an axis: what stands before times what stands after. */
function exclusiveProducts(x: Tensor, axis: number): Tensor {
  const size = x.shape[axis]!;
  if (!isStatic(size)) throw new TransformError('the derivative', 'prod', 'needs axes of known size');
  if (size < 2) return convert(1, x.dtype);
  const one = bindOne('broadcastTo', [convert(1, x.dtype)], { shape: x.shape.map((dim, i) => (i === axis ? 1 : dim)) });
  const before = concatenate([one, bindOne('cumProd', [sliceAxis(x, axis, 0, size - 1)], { axis, reverse: false })], axis);
  const after = concatenate([bindOne('cumProd', [sliceAxis(x, axis, 1, size)], { axis, reverse: true }), one], axis);
  return mul(before, after);
}

const product: JvpRule<'reduceProd'> = ([x], [t], params) => {
  const outputs = [bindOne('reduceProd', [x!], params)];
  if (!t) return { outputs, tangents: [null] };
  const { axes } = params;
  const last = x!.rank - axes.length;
  const gathered = (of: Tensor): Tensor => {
    const moved = moveaxis(of, axes, axes.map((_, i) => last + i));
    return reshape(moved, [...moved.shape.slice(0, last), dimSizeOf(moved.shape.slice(last))]);
  };
  const total = sum(mul(gathered(t), exclusiveProducts(gathered(x!), last)), { axis: last });
  return { outputs, tangents: [reshape(total, outputs[0]!.shape)] };
};

/** The product of the elements before each one along an axis (after it, in reverse). */
function productsBefore(x: Tensor, axis: number, reverse: boolean): Tensor {
  const size = x.shape[axis]!;
  const first = bindOne('broadcastTo', [convert(1, x.dtype)], { shape: x.shape.map((dim, i) => (i === axis ? 1 : dim)) });
  const products = bindOne('cumProd', [reverse ? sliceAxis(x, axis, 1, size) : sliceAxis(x, axis, 0, subDim(size, 1))], { axis, reverse });
  return concatenate(reverse ? [products, first] : [first, products], axis);
}

/** d becomes d x + (product before) t, step by step: linear in t, and right where elements are zero. */
const cumulativeProduct: JvpRule<'cumProd'> = ([x], [t], { axis, reverse }) => {
  const outputs = [bindOne('cumProd', [x!], { axis, reverse })];
  if (!t) return { outputs, tangents: [null] };
  if (x!.shape[axis] === 0) return { outputs, tangents: [t] };
  const xs = [moveaxis(x!, axis, 0), moveaxis(mul(productsBefore(x!, axis, reverse), t), axis, 0)];
  const start = bindOne('broadcastTo', [convert(0, x!.dtype)], { shape: xs[0]!.shape.slice(1) });
  const [, stacked] = scan(
    (moved: Tensor, [factor, added]: readonly Tensor[]) => {
      const next = add(mul(moved, factor!), added!);
      return [next, next] as const;
    },
    start,
    xs,
    { reverse },
  );
  return { outputs, tangents: [moveaxis(stacked, 0, axis)] };
};

const sorted: JvpRule<'sort'> = (primals, tangents, params) => {
  const { axis } = params;
  const results = bind('sort', [...primals, iota('int32', primals[0]!.shape, axis)], params);
  const order = results.at(-1)!;
  return {
    outputs: results.slice(0, -1),
    tangents: tangents.map((tangent) => tangent && takeAlongAxis(tangent, order, axis, 'clip')),
  };
};

const scattered: JvpRule<'scatter'> = ([x, indices, updates], [tx, , tu], params) => {
  const outputs = [bindOne('scatter', [x!, indices!, updates!], params)];
  if (!tx && !tu) return { outputs, tangents: [null] };
  if (params.mode !== 'set' && params.mode !== 'add') {
    throw new TransformError('the derivative', `scatter with mode '${params.mode}'`, "is not defined; only 'set' and 'add' have one");
  }
  return { outputs, tangents: [bindOne('scatter', [instantiate(tx!, x!), indices!, instantiate(tu!, updates!)], params)] };
};

const bilinear = <P extends 'dot' | 'conv'>(primitive: P): JvpRule<P> => ([x, y], [tx, ty], params) => ({
  outputs: [bindOne(primitive, [x!, y!], params)],
  tangents: [addTangents(tx ? bindOne(primitive, [tx, y!], params) : null, ty ? bindOne(primitive, [x!, ty], params) : null)],
});

/** Linear in the first `count` operands (all of them by default), each of which may have a zero tangent. */
const linearInSeveral = <P extends 'concatenate' | 'pad' | 'dynamicUpdateSlice'>(primitive: P, count = Infinity): JvpRule<P> => (primals, tangents, params) => {
  const inputs = primals.map((primal, i) => (i < count ? instantiate(tangents[i] ?? null, primal) : primal));
  return { outputs: bind(primitive, primals, params), tangents: bind(primitive, inputs, params) };
};

export const structuralJvpRules: { readonly [P in Structural]: JvpRule<P> } = {
  reduceSum: linearInFirst('reduceSum'),
  reduceProd: product,
  reduceMax: extremum('reduceMax'),
  reduceMin: extremum('reduceMin'),
  argMax: constantRule('argMax'),
  argMin: constantRule('argMin'),
  cumSum: linearInFirst('cumSum'),
  cumProd: cumulativeProduct,
  sort: sorted,
  reshape: linearInFirst('reshape'),
  transpose: linearInFirst('transpose'),
  broadcastTo: linearInFirst('broadcastTo'),
  concatenate: linearInSeveral('concatenate'),
  slice: linearInFirst('slice'),
  split: ([x], [t], params) => {
    const outputs = bind('split', [x!], params);
    return { outputs, tangents: t ? bind('split', [t], params) : outputs.map(() => null) };
  },
  pad: linearInSeveral('pad'),
  reverse: linearInFirst('reverse'),
  iota: constantRule('iota'),
  dimension: constantRule('dimension'),
  dynamicSlice: linearInFirst('dynamicSlice'),
  dynamicUpdateSlice: linearInSeveral('dynamicUpdateSlice', 2),
  gather: linearInFirst('gather'),
  scatter: scattered,
  dot: bilinear('dot'),
  conv: bilinear('conv'),
};
