/** One elementwise primitive on vectors. */
import type { TypedArray } from '../dtype/dtype.js';
import type { StaticShape } from '../shape/shape.js';
import { type ExpressionOperandData, type ExpressionShape, leastElements, runExpression } from './expression-vectors.js';
import { isVectorOperation, mostExponent, operationOf, type VectorElement, type VectorOperation } from './simd/operations.js';

const shapes = new Map<string, ExpressionShape>();

function shapeOf(operation: VectorOperation, element: VectorElement, exponent: number): ExpressionShape {
  const key = `${element} ${operation} ${exponent}`;
  const known = shapes.get(key);
  if (known !== undefined) return known;
  const { operands, result } = operationOf(operation);
  const made: ExpressionShape = {
    key,
    element,
    kinds: operands,
    resultKinds: [result],
    steps: [{ operation, values: operands.map((_, i) => i), exponent }],
    results: [operands.length],
  };
  shapes.set(key, made);
  return made;
}

const elementOf = (data: TypedArray): VectorElement | undefined => (data instanceof Float32Array ? 'float32' : data instanceof Float64Array ? 'float64' : undefined);

/**
 * Computes the primitive on computed data, broadcast to `shape`, into `out`; tells whether it could, and wrote nothing if not. Numbers are float32 or float64,
 * all of one kind; conditions are bools.
 */
export function runElementwise(primitive: string, shape: StaticShape, operands: readonly ExpressionOperandData[], out: TypedArray, exponent = 1): boolean {
  if (out.length < leastElements || !isVectorOperation(primitive) || Math.abs(exponent) > mostExponent) return false;
  const { operands: kinds, elements } = operationOf(primitive);
  const numbers = operands.find((_, i) => kinds[i] === 'number');
  // Bools alone are masks of either width.
  const element = numbers === undefined ? 'float32' : elementOf(numbers.data);
  if (element === undefined || !elements.includes(element)) return false;
  const isOfKind = operands.every(({ data }, i) => (kinds[i] === 'mask' ? data instanceof Uint8Array : elementOf(data) === element));
  return isOfKind && runExpression(shapeOf(primitive, element, exponent), shape, operands, [out]);
}
