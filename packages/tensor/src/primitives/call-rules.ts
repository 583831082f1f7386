import type { Tensor } from '../tensor/tensor.js';

/**
 * The author's derivative of a call. `jvp` gives the tangents of the outputs; a null tangent is zero.
 * `vjp` gives the outputs with residuals, and the cotangents of the inputs from residuals and output cotangents.
 */
export type CallRule =
  | {
      readonly kind: 'jvp';
      readonly jvp: (
        primals: readonly Tensor[],
        tangents: readonly (Tensor | null)[],
        outputs: readonly Tensor[],
      ) => readonly (Tensor | null)[];
    }
  | {
      readonly kind: 'vjp';
      readonly forward: (primals: readonly Tensor[]) => { readonly outputs: readonly Tensor[]; readonly residuals: readonly Tensor[] };
      readonly backward: LinearCallRule;
    };

/** (residuals, cotangents of the outputs) to cotangents of the operands. */
export type LinearCallRule = (residuals: readonly Tensor[], cotangents: readonly Tensor[]) => readonly (Tensor | null)[];
