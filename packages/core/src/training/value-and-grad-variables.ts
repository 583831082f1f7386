import { ArgumentError, valueAndGrad, type Tensor, type Tree } from '@flaxon/tensor';
import { checkOptions } from '../errors/options.js';
import { groupCollections, isFilterEmpty, type Filter } from '../filter.js';
import { apply } from '../functional.js';
import type { Module } from '../module/module.js';
import type { KeyDerivation, Rngs } from '../rng/lazy-rng.js';
import type { Variables } from '../variables.js';

export interface ValueAndGradVariablesOptions {
  /** The collections that are differentiated: `params` by default. */
  readonly collections?: Filter;
  /** The collections that the function may write: `['batch_stats']`. None by default. */
  readonly mutable?: Filter;
  /** How paths become random keys: as in Flax by default. */
  readonly keyDerivation?: KeyDerivation;
}

/** What a function of a module gives: a loss, or a loss and a tree of tensors to hand on. */
export type Loss = Tensor | readonly [loss: Tensor, aux: Tree<Tensor>];

/** The second of a pair; null for a loss alone. */
export type AuxOf<Result extends Loss> = Result extends readonly [Tensor, infer Aux] ? Aux : null;

/** A loss with everything that a training step needs. A tree of tensors, so that it may come out of a compiled function. */
export type ValueAndGradients<Aux> = {
  readonly value: Tensor;
  /** The second of what the function returned; null where it returned the loss alone. */
  readonly aux: Aux;
  /** Of each collection that is differentiated: `{ params: { ... } }`. */
  readonly gradients: Variables;
  /** All variables, with what the function wrote in its place. */
  readonly variables: Variables;
};

const optionNames = ['collections', 'mutable', 'keyDerivation'];

/**
 * A function that runs `f` on `module` with given variables and returns its value, the gradients by the variables, and the variables as they
 * are afterwards: running statistics and all. `f` may call any methods, and return `[loss, aux]`.
 *
 *     const lossAndGradients = valueAndGradVariables(
 *       (model, images: Tensor, labels: Tensor) => crossEntropy(model.call(images, { train: true }), labels),
 *       model,
 *       { mutable: ['batch_stats'] },
 *     );
 *     const step = compile((variables, state, images, labels, key) => {
 *       const { value, gradients, variables: next } = lossAndGradients(variables, [images, labels], { rngs: { dropout: key } });
 *       const [updates, nextState] = optimizer.update(gradients.params, state, variables.params);
 *       return [{ ...next, params: applyUpdates(variables.params, updates) }, nextState, value];
 *     });
 *
 * @throws ArgumentError where no collection is differentiated; ShapeError, DtypeError where the loss is no floating scalar; and what `f` throws
 */
export function valueAndGradVariables<M extends Module, Args extends readonly unknown[], Result extends Loss>(
  f: (module: M, ...args: Args) => Result,
  module: M,
  options: ValueAndGradVariablesOptions = {},
): (variables: Variables, args: Args, options?: { readonly rngs?: Rngs }) => ValueAndGradients<AuxOf<Result>> {
  checkOptions('valueAndGradVariables', options, optionNames);
  const { collections = 'params', mutable = false, ...rest } = options;
  // An empty list still returns the collections that were written: none.
  const run = apply(f, module, { mutable: isFilterEmpty(mutable) ? [] : mutable, ...rest });
  return (variables, args, { rngs } = {}) => {
    const [chosen, fixed] = groupCollections(variables, [collections, true]) as [Variables, Variables];
    if (Object.keys(chosen).length === 0) {
      throw new ArgumentError('valueAndGradVariables', 'collections', `matches none of the collections, which are: ${Object.keys(variables).join(', ') || '(none)'}`);
    }
    const loss = (differentiated: Variables): readonly [Tensor, Rest] => {
      const [result, updates] = run({ ...fixed, ...differentiated }, args, rngs === undefined ? {} : { rngs }) as [Loss, Variables];
      const [value, aux] = isPair(result) ? result : [result, null];
      return [value, { aux, updates }];
    };
    const [[value, { aux, updates }], gradients] = valueAndGrad(loss, { hasAux: true })(chosen);
    return { value, aux: aux as AuxOf<Result>, gradients, variables: { ...variables, ...updates } };
  };
}

/** What a loss returns besides its value. */
type Rest = { readonly aux: Tree<Tensor>; readonly updates: Variables };

const isPair = (result: Loss): result is readonly [Tensor, Tree<Tensor>] => Array.isArray(result);
