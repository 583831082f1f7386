import { add, astype, div, expandDims, mean, mul, pow, scalar, square, sub, tree, zeros, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import { requireParams } from './add-decayed-weights.js';
import { checkOptions, requireNumbers } from './arguments.js';
import { increment, initialCount } from './count.js';
import { scalarDtype } from './leaves.js';
import { castLike } from './moments.js';
import { countOf, fieldsOf } from './state.js';
import type { GradientTransformation, OptimizerState } from './transformation.js';

export interface FactoredRmsOptions {
  /** False keeps a mean square for every element. */
  readonly factored?: boolean;
  /** The exponent c of the decay 1 - (t + 1)^-c, 0.8 by default. */
  readonly decayRate?: number;
  /** From which update on the decay counts, 0 by default. */
  readonly decayOffset?: number;
  /** Matrices whose two largest sizes are at least this are factored, 128 by default. */
  readonly minDimSizeToFactor?: number;
  /** Added to each square, 1e-30 by default. */
  readonly eps?: number;
}

/** The names are Optax's, also in what is saved; what a parameter does not have is a zero of shape (1). */
export type FactoredRmsState = { readonly count: Tensor; readonly v_row: Tree<Tensor>; readonly v_col: Tree<Tensor>; readonly v: Tree<Tensor> };

export const factoredRmsOptionNames = ['factored', 'decayRate', 'decayOffset', 'minDimSizeToFactor', 'eps'];

/** The axes of the second largest and the largest size, of equal ones the later; undefined where the parameter is not factored. */
function factoredAxes({ shape }: Tensor, factored: boolean, least: number): readonly [smaller: number, larger: number] | undefined {
  if (!factored || shape.length < 2) return undefined;
  const order = shape.map((size, axis) => ({ size: Number(size), axis })).sort((a, b) => a.size - b.size || a.axis - b.axis);
  const [smaller, larger] = order.slice(-2) as [{ size: number; axis: number }, { size: number; axis: number }];
  return smaller.size < least ? undefined : [smaller.axis, larger.axis];
}

interface Parts {
  readonly update: Tensor;
  readonly row: Tensor;
  readonly column: Tensor;
  readonly whole: Tensor;
}

const nothing = (dtype: Dtype): Tensor => zeros([1], dtype);

function factoredParts(gradient: Tensor, squares: Tensor, row: Tensor, column: Tensor, [smaller, larger]: readonly [number, number], decay: Tensor): Parts {
  const mixed = (old: Tensor, axis: number): Tensor => add(mul(old, decay), mul(mean(squares, { axis }), sub(1, decay)));
  const [nextRow, nextColumn] = [mixed(row, larger), mixed(column, smaller)];
  const inRow = smaller > larger ? smaller - 1 : smaller;
  const rowFactor = pow(div(nextRow, mean(nextRow, { axis: inRow, keepdims: true })), -0.5);
  const update = mul(mul(gradient, expandDims(rowFactor, larger)), expandDims(pow(nextColumn, -0.5), smaller));
  return { update, row: nextRow, column: nextColumn, whole: nothing(gradient.dtype) };
}

/**
 * Updates divided by the root of a running mean square that large matrices keep as a row and a column only (Optax:
 * `scale_by_factored_rms`). `update` needs the parameters. State: `{ count, v_row, v_col, v }`.
 * Source: Shazeer and Stern, "Adafactor", 2018.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function scaleByFactoredRms(options: FactoredRmsOptions = {}): GradientTransformation<FactoredRmsState> {
  checkOptions('scaleByFactoredRms', options, factoredRmsOptionNames);
  const { factored = true, decayRate = 0.8, decayOffset = 0, minDimSizeToFactor = 128, eps = 1e-30 } = options;
  requireNumbers('scaleByFactoredRms', { decayRate, decayOffset, minDimSizeToFactor, eps });
  const axesOf = (param: Tensor): readonly [number, number] | undefined => factoredAxes(param, factored, minDimSizeToFactor);
  const without = (param: Tensor, axis: number): Tensor => zeros(param.shape.filter((_, i) => i !== axis), param.dtype);

  const parts = (gradient: Tensor, row: Tensor, column: Tensor, whole: Tensor, decay: Tensor): Parts => {
    const squares = add(square(gradient), eps);
    const axes = axesOf(gradient);
    const factor = astype(decay, gradient.dtype);
    if (axes) return factoredParts(gradient, squares, row, column, axes, factor);
    const next = add(mul(whole, factor), mul(squares, sub(1, factor)));
    return { update: mul(gradient, pow(next, -0.5)), row: nothing(gradient.dtype), column: nothing(gradient.dtype), whole: next };
  };

  return {
    init: (params) => {
      const each = (f: (param: Tensor, axes: readonly [number, number] | undefined) => Tensor): Tree<Tensor> => tree.map((param: Tensor) => f(param, axesOf(param)), params);
      return {
        count: initialCount(),
        v_row: each((param, axes) => (axes ? without(param, axes[1]) : nothing(param.dtype))),
        v_col: each((param, axes) => (axes ? without(param, axes[0]) : nothing(param.dtype))),
        v: each((param, axes) => (axes ? nothing(param.dtype) : zeros(param.shape, param.dtype))),
      };
    },
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>): [Updates, FactoredRmsState] => {
      requireParams('scaleByFactoredRms', params);
      const old = { count: countOf('scaleByFactoredRms', state), ...fieldsOf('scaleByFactoredRms', state, 'v_row', 'v_col', 'v') };
      const dtype = scalarDtype(updates);
      const steps = add(astype(old.count, dtype), 1 - decayOffset);
      const decay = sub(1, pow(steps, scalar(-decayRate, dtype)));
      const { leaves, structure } = tree.flatten<Tensor>(updates);
      const [rows, columns, wholes] = [old.v_row, old.v_col, old.v].map((part) => tree.leaves<Tensor>(part)) as [Tensor[], Tensor[], Tensor[]];
      const found = leaves.map((gradient, i) => parts(gradient, rows[i]!, columns[i]!, wholes[i]!, decay));
      const gathered = (pick: (part: Parts) => Tensor, like: Tree<Tensor>): Tree<Tensor> => castLike('scaleByFactoredRms', tree.unflatten(structure, found.map(pick)), like);
      const next = {
        count: increment(old.count),
        v_row: gathered(({ row }) => row, old.v_row),
        v_col: gathered(({ column }) => column, old.v_col),
        v: gathered(({ whole }) => whole, old.v),
      };
      return [tree.unflatten(structure, found.map(({ update }) => update)) as Updates, next];
    },
  };
}
