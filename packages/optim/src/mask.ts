import { ArgumentError, tree, type Tensor, type Tree } from '@flaxon/tensor';
import { fieldsOf } from './state.js';
import type { ExtraArgs, GradientTransformation, OptimizerState } from './transformation.js';

/** True or false for each parameter, or for all of a subtree at once. */
export type MaskTree = boolean | readonly MaskTree[] | { readonly [key: string]: MaskTree };

/** Which parameters a transformation is for: a tree like them, or what makes one of them. */
export type Mask = MaskTree | ((params: Tree<Tensor>) => MaskTree);

const at = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);

type Branches = Readonly<Record<string, Tree<Tensor>>>;

/** `f` of the subtrees of `first` and `second` for which the mask is one answer. @throws ArgumentError where the mask has other keys than `first` */
function walk(
  transformation: string,
  mask: MaskTree,
  [first, second]: readonly [Tree<Tensor>, Tree<Tensor>],
  path: string,
  f: (chosen: boolean, first: Tree<Tensor>, second: Tree<Tensor>) => Tree<Tensor>,
): Tree<Tensor> {
  if (typeof mask === 'boolean') return f(mask, first, second);
  const inside = (branch: MaskTree, key: string | number, one: Tree<Tensor>, other: Tree<Tensor>): Tree<Tensor> => walk(transformation, branch, [one, other], at(path, key), f);
  if (Array.isArray(mask) && Array.isArray(first) && mask.length === first.length) {
    const branches = mask as readonly MaskTree[];
    return (first as readonly Tree<Tensor>[]).map((one, i) => inside(branches[i]!, i, one, (second as readonly Tree<Tensor>[])[i]!));
  }
  if (!Array.isArray(mask) && tree.isRecord(first)) {
    const branches = mask as { readonly [key: string]: MaskTree };
    const keys = Object.keys(first);
    const odd = keys.find((key) => !Object.hasOwn(branches, key)) ?? Object.keys(branches).find((key) => !keys.includes(key));
    if (odd === undefined) return Object.fromEntries(keys.map((key) => [key, inside(branches[key]!, key, (first as Branches)[key]!, (second as Branches)[key]!)]));
    throw new ArgumentError(transformation, 'mask', `must have the keys of the parameters, but \`${at(path, odd)}\` is in one of them only`);
  }
  throw new ArgumentError(transformation, 'mask', `must be a boolean or a tree like the parameters ${path === '' ? 'at its root' : `at \`${path}\``}`);
}

const maskOf = (mask: Mask, params: Tree<Tensor>): MaskTree => (typeof mask === 'function' ? mask(params) : mask);

/** The tree with nothing (null, the empty tree) where the mask is false. */
const masked = (transformation: string, mask: MaskTree, given: Tree<Tensor>): Tree<Tensor> =>
  walk(transformation, mask, [given, given], '', (chosen, subtree) => (chosen ? subtree : null));

/** `transformed` where the mask is true, `given` elsewhere. */
const merged = (transformation: string, mask: MaskTree, transformed: Tree<Tensor>, given: Tree<Tensor>): Tree<Tensor> =>
  walk(transformation, mask, [given, transformed], '', (chosen, kept, changed) => (chosen ? changed : kept));

/** The state of the masked transformation, with nothing for the other parameters. The name is Optax's, also in what is saved. */
export type MaskedState<State extends OptimizerState> = { readonly inner_state: State };

/**
 * `inner` for the parameters where the mask is true; other updates stay as they are (Optax: `masked`). A function as mask gets the
 * parameters at `init` and the updates at `update`. State: `{ inner_state }`.
 * @throws ArgumentError where the mask is not like the parameters
 */
export function maskedTransform<State extends OptimizerState>(inner: GradientTransformation<State>, mask: Mask): GradientTransformation<MaskedState<State>> {
  return {
    init: (params) => ({ inner_state: inner.init(masked('maskedTransform', maskOf(mask, params), params)) }),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>, extraArgs?: ExtraArgs): [Updates, MaskedState<State>] => {
      const chosen = maskOf(mask, updates);
      const { inner_state: old } = fieldsOf('maskedTransform', state, 'inner_state');
      const [transformed, next] = inner.update(masked('maskedTransform', chosen, updates), old, params && masked('maskedTransform', chosen, params), extraArgs);
      return [merged('maskedTransform', chosen, transformed, updates) as Updates, { inner_state: next }];
    },
  };
}
