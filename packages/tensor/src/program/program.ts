import type { Dtype } from '../dtype/dtype.js';
import type { Primitive, PrimitiveParams } from '../primitives/params.js';
import type { Shape } from '../shape/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** A value of a program: an input or the output of one equation. Variables are compared by identity. */
export interface Variable {
  readonly kind: 'variable';
  readonly shape: Shape;
  readonly dtype: Dtype;
}

/** A concrete tensor inside a program. */
export interface Constant {
  readonly kind: 'constant';
  readonly value: Tensor;
  readonly shape: Shape;
  readonly dtype: Dtype;
}

export type Atom = Variable | Constant;

/** `outputs = primitive(inputs; params)`, in the module (or function) named by `scope`. */
export interface EquationOf<P extends Primitive> {
  readonly primitive: P;
  readonly inputs: readonly Atom[];
  readonly params: PrimitiveParams[P];
  readonly outputs: readonly Variable[];
  /** The path of the module that made the equation, such as `Dense_0`; empty at the root. */
  readonly scope: string;
}

export type Equation = { [P in Primitive]: EquationOf<P> }[Primitive];

/** A typed list of equations in A-normal form. Plain data; nothing outside is captured. */
export interface Program {
  readonly inputs: readonly Variable[];
  readonly equations: readonly Equation[];
  readonly outputs: readonly Atom[];
}
