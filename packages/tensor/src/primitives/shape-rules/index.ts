import type { Spec } from '../../shape/shape.js';
import type { Primitive, PrimitiveParams } from '../params.js';
import { axisShapeRules } from './axis.js';
import { contractShapeRules } from './contract.js';
import { controlShapeRules } from './control.js';
import { elementwiseShapeRules } from './elementwise.js';
import { fftShapeRules } from './fft.js';
import { layoutShapeRules } from './layout.js';
import { reduceShapeRules } from './reduce.js';
import type { ShapeRule } from './rule.js';
import { windowShapeRules } from './window.js';

export const shapeRules: { readonly [P in Primitive]: ShapeRule<P> } = {
  ...elementwiseShapeRules,
  ...reduceShapeRules,
  ...layoutShapeRules,
  ...contractShapeRules,
  ...controlShapeRules,
  ...axisShapeRules,
  ...windowShapeRules,
  ...fftShapeRules,
};

/** The shapes and dtypes of the outputs of a primitive. @throws ShapeError, DtypeError where the operands do not fit. */
export function shapeRule<P extends Primitive>(primitive: P, inputs: readonly Spec[], params: PrimitiveParams[P]): readonly Spec[] {
  return shapeRules[primitive](inputs, params);
}
