import { isFloating } from '../../dtype/dtype.js';
import type { CallRule } from '../../primitives/call-rules.js';
import { bindOne } from '../../program/bind.js';
import type { Tensor } from '../../tensor/tensor.js';
import { composite } from '../composite.js';
import { dimensionSize, onesLike, zerosLike } from '../create.js';
import { add, clip, div, equal, greaterEqual, less, logicalAnd, mul, where } from '../elementwise.js';
import { convert } from '../operand.js';
import { reshape } from '../shape.js';

const scatterWith = (x: Tensor, indices: Tensor, updates: Tensor, axis: number, mode: 'add' | 'mul' | 'min' | 'max'): Tensor => bindOne('scatter', [x, indices, updates], { axis, mode });

/** The slices at the indices; of those out of range any slice. */
const readAt = (x: Tensor, indices: Tensor, axis: number): Tensor =>
  bindOne('gather', [x, clip(indices, { min: 0, max: add(dimensionSize(x.shape[axis]!), -1) })], { axis });

/** 1 for updates whose index is in range, else 0, to multiply updates by. */
function inRange(x: Tensor, indices: Tensor, axis: number): Tensor {
  const inside = logicalAnd(greaterEqual(indices, 0), less(indices, dimensionSize(x.shape[axis]!)));
  return reshape(inside, x.shape.map((_, i) => (i === axis ? indices.shape[0]! : 1)));
}

/** The elements that are the largest (smallest) at a place share its derivative evenly, the operand's own among them (lax.scatter_max). */
const extremumRule = (axis: number): CallRule => ({
  kind: 'jvp',
  jvp: ([x, indices, updates], [tx, , tu], [y]) => {
    const wins = convert(equal(x!, y!), x!.dtype);
    const updateWins = convert(logicalAnd(equal(updates!, readAt(y!, indices!, axis)), inRange(x!, indices!, axis)), x!.dtype);
    const winners = scatterWith(wins, indices!, updateWins, axis, 'add');
    const moved = scatterWith(mul(tx ?? zerosLike(x!), wins), indices!, mul(tu ?? zerosLike(updates!), updateWins), axis, 'add');
    return [div(moved, winners)];
  },
});

/** Axes in attributes are counted from the end. */
const attributesOf = (x: Tensor, axis: number, mode: string) => ({ axis: axis - x.rank, mode });

export function scatterExtremum(x: Tensor, indices: Tensor, updates: Tensor, axis: number, mode: 'min' | 'max'): Tensor {
  if (!isFloating(x.dtype)) return scatterWith(x, indices, updates, axis, mode);
  return composite('scatterExtremum', [x, indices, updates], (a, i, u) => [scatterWith(a, i, u, axis, mode)], { attributes: attributesOf(x, axis, mode), rule: extremumRule(axis) })[0]!;
}

/**
 * For each update the product of what else falls on its place: by division where nothing is zero, and by counting zeros where
 * something is.
 */
function productOfOthers(x: Tensor, indices: Tensor, updates: Tensor, axis: number): Tensor {
  const isZero = equal(updates, 0);
  const nonzero = where(isZero, 1, updates);
  const product = readAt(mul(scatterProduct(onesLike(x), indices, nonzero, axis), x), indices, axis);
  const zeros = readAt(scatterWith(zerosLike(x), indices, convert(isZero, x.dtype), axis, 'add'), indices, axis);
  const others = where(equal(zeros, convert(isZero, x.dtype)), div(product, nonzero), 0);
  return where(inRange(x, indices, axis), others, 0);
}

export function scatterProduct(x: Tensor, indices: Tensor, updates: Tensor, axis: number): Tensor {
  if (!isFloating(x.dtype)) return scatterWith(x, indices, updates, axis, 'mul');
  const rule: CallRule = {
    kind: 'jvp',
    jvp: ([a, i, u], [ta, , tu]) => {
      const fromOperand = ta ? mul(ta, scatterProduct(onesLike(a!), i!, u!, axis)) : null;
      const fromUpdates = tu ? scatterWith(zerosLike(a!), i!, mul(tu, productOfOthers(a!, i!, u!, axis)), axis, 'add') : null;
      return [fromOperand && fromUpdates ? add(fromOperand, fromUpdates) : (fromOperand ?? fromUpdates)];
    },
  };
  return composite('scatterProduct', [x, indices, updates], (a, i, u) => [scatterWith(a, i, u, axis, 'mul')], { attributes: attributesOf(x, axis, 'mul'), rule })[0]!;
}
