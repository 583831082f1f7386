/** Whether variables are those that a module makes: found out from shapes, without computing anything. */
import { astype, spec, tree, type Dtype, type MatchOptions, type MergeOptions, type Tensor, type TreeMatch } from '@flaxon/tensor';
import { withTracedTensors } from './abstract.js';
import type { Rngs } from './rng/lazy-rng.js';
import type { Variables } from './variables.js';

/** Something to stand for a key, of which nothing is drawn. */
const keySpec = spec('uint32', [2]);

/** `variables` beside those that `initialize` would make. `args` may hold `spec(...)` in the place of tensors. */
export function matchVariables(
  initialize: (rngs: Rngs, args: readonly unknown[]) => Variables,
  variables: Variables,
  args: readonly unknown[],
  { rngs, ...options }: MatchOptions & { readonly rngs?: Rngs | undefined } = {},
): TreeMatch<Tensor> {
  const streams = tree.isRecord(rngs) ? { params: keySpec, ...rngs } : (rngs ?? keySpec);
  const expected = withTracedTensors([streams, ...args], ([keys, ...traced]) => initialize(keys as Rngs, traced));
  return tree.match<Tensor>(expected, variables, options);
}

/** @throws TreeMatchError */
export const requireVariables = (operation: string, found: TreeMatch<Tensor>): void =>
  tree.requireMatch(
    operation,
    found,
    'With `strict` the variables must be those that `init` makes for this method and these arguments. Variables under other names: `mergeVariables(initial, loaded, { rename })`; ' +
      'to use the variables as they are leave `strict` away.',
  );

export interface MergeVariablesOptions extends Omit<MergeOptions, 'sameDtype'> {
  /** Whether loaded tensors become those of the initial dtype. False by default: they stay what they are, as in Flax. */
  readonly castDtypes?: boolean;
}

/**
 * The initial variables with those that were loaded in their place, for instance from a checkpoint, and the report of what fitted. With
 * `rename` parts are found under other names; with `partial` what is missing, left over or of another shape stays as `init` made it.
 *
 *     const initial = model.init(random.key(0), [x]);
 *     const { variables, match } = mergeVariables(initial, loaded, { rename: { 'params/backbone': 'params/encoder', 'params/head': null }, partial: true });
 *     console.log(match.missing.map(({ path, nearest }) => `${path}: not loaded, nearest ${nearest}`));
 *
 * @throws TreeMatchError, which lists all that does not fit, unless `partial` is true
 */
export function mergeVariables(initial: Variables, loaded: Variables, { castDtypes = false, ...options }: MergeVariablesOptions = {}): { readonly variables: Variables; readonly match: TreeMatch<Tensor> } {
  const { tree: merged, match } = tree.merge<Tensor>(initial, loaded, options);
  const cast = (leaf: Tensor, { dtype }: { readonly dtype: Dtype }): Tensor => (leaf.dtype === dtype ? leaf : astype(leaf, dtype));
  // Of the form of `initial`, whose type is known.
  return { variables: (castDtypes ? tree.map<Tensor, Tensor>(cast, merged, initial) : merged) as Variables, match };
}
