import type { Spec } from '../shape/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * What the author knows of a call: its derivative, and what may go with it. `jvp` gives the tangents of the outputs; a null tangent
 * is zero.
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
      /** For a call that is linear in some operands: their cotangents. Without it the decomposition is transposed. */
      readonly transpose?: CallTranspose;
      /**
       * For a function of any number of leading axes, which broadcast: the same with one more in front of every operand, of size 1
       * where the examples share it. Without it the decomposition is batched.
       */
      readonly batch?: (operands: readonly Tensor[]) => readonly Tensor[];
    }
  | {
      readonly kind: 'vjp';
      readonly forward: (primals: readonly Tensor[]) => { readonly outputs: readonly Tensor[]; readonly residuals: readonly Tensor[] };
      readonly backward: LinearCallRule;
    };

/** (residuals, cotangents of the outputs) to cotangents of the operands. */
export type LinearCallRule = (residuals: readonly Tensor[], cotangents: readonly Tensor[]) => readonly (Tensor | null)[];

/**
 * (operands, null where the call is linear in them; cotangents of the outputs, null for zero; shapes of the operands) to cotangents of the
 * linear operands.
 */
export type CallTranspose = (operands: readonly (Tensor | null)[], cotangents: readonly (Tensor | null)[], specs: readonly Spec[]) => readonly (Tensor | null)[];
