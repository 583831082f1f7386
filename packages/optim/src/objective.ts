import { astype, scalar, Tensor, tree, valueAndGrad, type Dtype, type Tree } from '@flaxon/tensor';
import { MissingExtraArgsError } from './errors.js';
import { scalarDtype } from './leaves.js';
import type { ExtraArgs, Objective } from './transformation.js';

/** The value of the objective. @throws MissingExtraArgsError where it was not given */
export function requireValue(transformation: string, extraArgs: ExtraArgs | undefined): Tensor {
  if (extraArgs?.value === undefined) throw new MissingExtraArgsError(transformation, ['value']);
  return extraArgs.value;
}

/** What a search along a line needs. @throws MissingExtraArgsError where a part of it was not given */
export function requireObjective(transformation: string, extraArgs: ExtraArgs | undefined): Objective {
  const missing = (['value', 'grad', 'valueFn'] as const).filter((name) => extraArgs?.[name] === undefined);
  if (missing.length > 0) throw new MissingExtraArgsError(transformation, missing);
  return extraArgs as Objective;
}

/** What step sizes, values and slopes of an objective of `params` are computed in. */
export const valueDtype = (params: Tree<Tensor>): Dtype => scalarDtype(params);

/** A number as a scalar of the dtype that values have. */
export const valueScalar = (value: number | Tensor, dtype: Dtype): Tensor => (value instanceof Tensor ? astype(value, dtype) : scalar(value, dtype));

/** The value of an objective and its gradient, as `valueAndGrad`, the gradient in the dtypes of `like`. */
export function evaluate(valueFn: Objective['valueFn'], params: Tree<Tensor>, dtype: Dtype): [value: Tensor, grad: Tree<Tensor>] {
  const [value, gradient] = valueAndGrad((given: Tree<Tensor>) => valueFn(given))(params);
  return [astype(value, dtype), tree.map((leaf: Tensor, like: Tensor) => astype(leaf, like.dtype), gradient as Tree<Tensor>, params)];
}
