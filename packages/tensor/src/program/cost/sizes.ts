import { ArgumentError } from '../../errors/errors.js';
import { bytesPerElement } from '../../dtype/dtype.js';
import { evaluateDim, symbolsOf, type Dim } from '../../shape/dim.js';
import { sizeOf, type Shape, type Spec, type StaticShape } from '../../shape/shape.js';

/** The sizes of symbolic dimensions, by symbol. */
export interface Sizes {
  shape(shape: Shape): StaticShape;
  dim(dim: Dim): number;
  bytes(spec: Spec): number;
}

/** @throws ArgumentError, when a size is asked for that `given` lacks */
export function sizesFrom(operation: string, given: { readonly [symbol: string]: number }): Sizes {
  const values = new Map(Object.entries(given));
  const dim = (one: Dim): number => {
    const value = evaluateDim(one, values);
    if (value !== undefined) return value;
    const missing = symbolsOf(one).filter((name) => !values.has(name));
    throw new ArgumentError(operation, 'sizes', `must give the size of each symbolic dimension; missing: ${missing.join(', ')}. For example \`{ sizes: { ${missing[0]}: 1 } }\`.`);
  };
  const shape = (of: Shape): StaticShape => of.map(dim);
  return { dim, shape, bytes: (spec) => sizeOf(shape(spec.shape)) * bytesPerElement(spec.dtype) };
}
