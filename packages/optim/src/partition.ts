import { ArgumentError, type Tensor, type Tree } from '@flaxon/tensor';
import { maskedTransform, type MaskedState, type MaskTree } from './mask.js';
import { fieldsOf } from './state.js';
import type { ExtraArgs, GradientTransformation, OptimizerState } from './transformation.js';

/** A label for each parameter, or for all of a subtree at once. */
export type LabelTree = string | readonly LabelTree[] | { readonly [key: string]: LabelTree };

/** The state of each part, by its label. The name is Optax's, also in what is saved. */
export type PartitionState = { readonly inner_states: { readonly [label: string]: MaskedState<OptimizerState> } };

function labelsIn(labels: LabelTree): readonly string[] {
  return typeof labels === 'string' ? [labels] : Object.values(labels).flatMap((part: LabelTree) => labelsIn(part));
}

function maskOfLabel(labels: LabelTree, label: string): MaskTree {
  if (typeof labels === 'string') return labels === label;
  if (Array.isArray(labels)) return (labels as readonly LabelTree[]).map((part) => maskOfLabel(part, label));
  return Object.fromEntries(Object.entries(labels).map(([key, part]) => [key, maskOfLabel(part as LabelTree, label)]));
}

/**
 * A transformation for each group of parameters (Optax: `partition`, formerly `multi_transform`). `labels` says which is which: a
 * tree of keys of `transforms` like the parameters, or a function that makes one of the parameters.
 * State: `{ inner_states: { label: { inner_state } } }`.
 * @throws ArgumentError where a label has no transformation, or the labels are not like the parameters
 */
export function partition(
  transforms: Readonly<Record<string, GradientTransformation>>,
  labels: LabelTree | ((params: Tree<Tensor>) => LabelTree),
): GradientTransformation<PartitionState> {
  const parts = (given: Tree<Tensor>): readonly (readonly [string, GradientTransformation<MaskedState<OptimizerState>>])[] => {
    const found = typeof labels === 'function' ? labels(given) : labels;
    const unknown = labelsIn(found).find((label) => !Object.hasOwn(transforms, label));
    if (unknown !== undefined) throw new ArgumentError('partition', 'labels', `has \`${unknown}\`, for which there is no transformation; those are for ${Object.keys(transforms).join(', ')}`);
    return Object.entries(transforms).map(([label, transform]) => [label, maskedTransform(transform, maskOfLabel(found, label))] as const);
  };
  return {
    init: (params) => ({ inner_states: Object.fromEntries(parts(params).map(([label, part]) => [label, part.init(params)])) }),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>, extraArgs?: ExtraArgs): [Updates, PartitionState] => {
      const { inner_states: states } = fieldsOf('partition', state, 'inner_states');
      const old = fieldsOf('partition', states, ...Object.keys(transforms));
      const next: Record<string, MaskedState<OptimizerState>> = {};
      const transformed = parts(updates).reduce((current, [label, part]) => {
        const [result, after] = part.update(current, old[label]!, params, extraArgs);
        next[label] = after;
        return result;
      }, updates);
      return [transformed, { inner_states: next }];
    },
  };
}
