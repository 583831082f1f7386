/**
 * Where the derivatives of every differentiable function of the library are checked, by its public name. A new function gets a row in one of these tables:
 *
 *     cosc: unary(fx.cosc, -2, 2, [0, 1e6]),             // element by element: from, to, hostile points
 *     deal: row((x, y) => fx.deal(x, y), [f64([2, 3]), f64([3])]), // at arguments of these shapes; joined(...) where there are several results
 *
 * or a line in `not-differentiable.ts`, if it has no derivative.
 */
import type { Rows } from './row.js';
import { elementwiseRows } from './rows/elementwise.js';
import { productRows } from './rows/products.js';
import { reductionRows } from './rows/reductions.js';
import { shapeRows } from './rows/shapes.js';
import { specialRows } from './rows/special.js';

export const rows: Rows = { ...elementwiseRows, ...shapeRows, ...reductionRows, ...productRows, ...specialRows };
