import type { Spec, Tensor, Tree } from '@flaxon/tensor';

/** Arguments of a function, or descriptions of them: where it takes a tensor, a spec will do. */
export type Described<T> = T extends Tensor ? Spec : T extends (...args: never[]) => unknown ? T : T extends object ? { readonly [K in keyof T]: DescribedPart<T[K]> } : T;

/** Where any tree of tensors may stand, any of specs may; said at once, for there is no end to going through all trees. */
type DescribedPart<T> = unknown extends T ? T : [Tree<Tensor>] extends [T] ? Tree<Spec> : Described<T>;
