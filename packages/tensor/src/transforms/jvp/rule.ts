import type { Primitive, PrimitiveParams } from '../../primitives/params.js';
import type { Program } from '../../program/program.js';
import { bind } from '../../program/bind.js';
import { zerosLike } from '../../ops/create.js';
import { broadcastTo } from '../../ops/shape.js';
import { add } from '../../ops/elementwise.js';
import type { Shape } from '../../shape/shape.js';
import type { Tensor } from '../../tensor/tensor.js';

/** A tangent (or cotangent); null is zero. */
export type Tangent = Tensor | null;

export interface Derived {
  readonly outputs: readonly Tensor[];
  readonly tangents: readonly Tangent[];
}

/** Differentiates a program that an equation carries, by the rules in force. */
export type DeriveProgram = (program: Program, primals: readonly Tensor[], tangents: readonly Tangent[]) => Derived;

/** The outputs of a primitive and their tangents; at least one tangent of the operands is not zero. */
export type JvpRule<P extends Primitive> = JvpRuleOf<PrimitiveParams[P]>;
export type JvpRuleOf<Params> = (primals: readonly Tensor[], tangents: readonly Tangent[], params: Params, derive: DeriveProgram) => Derived;

export const addTangents = (a: Tangent, b: Tangent): Tangent => (a === null ? b : b === null ? a : add(a, b));
export const spread = (tangent: Tensor, shape: Shape): Tensor => broadcastTo(tangent, shape);
export const instantiate = (tangent: Tangent, primal: Tensor): Tensor => tangent ?? zerosLike(primal);

/** No derivative: whole numbers, truth values, steps. */
export const constantRule = <P extends Primitive>(primitive: P): JvpRule<P> => (primals, _, params) => {
  const outputs = bind(primitive, primals, params);
  return { outputs, tangents: outputs.map(() => null) };
};

/** Linear in its first operand, the only one that is differentiated; the others are indices and the like. */
export const linearInFirst = <P extends Primitive>(primitive: P): JvpRule<P> => (primals, [tangent], params) => ({
  outputs: bind(primitive, primals, params),
  tangents: tangent ? bind(primitive, [tangent, ...primals.slice(1)], params) : [null],
});
