import { ArgumentError, reshape, ShapeError, Tensor, tree, formatShape, type Shape, type Tree } from '@flaxon/tensor';

export interface BatchApplyOptions {
  /** How many axes are merged into one. */
  readonly numDims?: number;
}

/** A function, or a module or anything else that has it as `call`. */
export type Applicable = ((...args: never[]) => Tree<Tensor>) | { call(...args: never[]): Tree<Tensor> };

type FunctionOf<F extends Applicable> = F extends (...args: infer Args) => infer Result ? (...args: Args) => Result : F extends { call(...args: infer Args): infer Result } ? (...args: Args) => Result : never;

/**
 * A function of batches, for tensors with several batch axes (Flax: `nn.BatchApply`): these are merged into one before it and split
 * again after it. Tensors of fewer axes go in as they are. It is no module itself, and has no variables.
 *
 *     const perStep = new BatchApply(new Dense({ features: 8 }));
 *     perStep.call(x); // (time, batch, in) to (time, batch, 8) by way of (time * batch, in)
 */
export class BatchApply<F extends Applicable> {
  readonly numDims: number;
  readonly #f: F;

  /** @throws ArgumentError where `numDims` is no whole number above 0 */
  constructor(f: F, { numDims = 2 }: BatchApplyOptions = {}) {
    if (!Number.isInteger(numDims) || numDims < 1) throw new ArgumentError('BatchApply', 'numDims', `must be a whole number above 0, found ${numDims}`);
    this.numDims = numDims;
    this.#f = f;
  }

  /**
   * Arguments with tensors in them, in arrays and objects too, to the result, each tensor of which gets the batch axes of the first
   * of these that has them.
   * @throws ArgumentError where none has `numDims` axes; ShapeError where a result has no batch axis
   */
  call(...args: Parameters<FunctionOf<F>>): ReturnType<FunctionOf<F>> {
    const example = tree.leaves(args as Tree<unknown>).find((leaf) => this.#isMerged(leaf)) as Tensor | undefined;
    if (example === undefined) throw new ArgumentError('BatchApply', 'args', `must have a tensor of rank ${this.numDims} or more: the first ${this.numDims} axes are merged`);
    const merged = tree.map((leaf: unknown) => (this.#isMerged(leaf) ? reshape(leaf, [-1, ...leaf.shape.slice(this.numDims)]) : leaf), args as Tree<unknown>) as never[];
    const result = typeof this.#f === 'function' ? this.#f(...merged) : this.#f.call(...merged);
    const batch = example.shape.slice(0, this.numDims);
    return tree.map((leaf: Tensor) => split(leaf, batch), result) as ReturnType<FunctionOf<F>>;
  }

  #isMerged(leaf: unknown): leaf is Tensor {
    return leaf instanceof Tensor && leaf.rank >= this.numDims;
  }
}

function split(x: Tensor, batch: Shape): Tensor {
  if (x.rank === 0) throw new ShapeError('BatchApply', [formatShape(x.shape)], 'each result needs a first axis, that of the merged batch');
  return reshape(x, [...batch, ...x.shape.slice(1)]);
}
