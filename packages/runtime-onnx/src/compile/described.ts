import type { Spec, Tensor } from '@flaxon/tensor';

/** Arguments of a function, or descriptions of them: where it takes a tensor, a spec will do. */
export type Described<T> = T extends Tensor ? Spec : T extends (...args: never[]) => unknown ? T : T extends object ? { readonly [K in keyof T]: Described<T[K]> } : T;
