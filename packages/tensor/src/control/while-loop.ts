import { ShapeError, DtypeError } from '../errors/errors.js';
import { bind } from '../program/bind.js';
import { capturesFirst, trace } from '../program/trace.js';
import { formatShape } from '../shape/shape.js';
import { iota } from '../ops/create.js';
import { add, less } from '../ops/elementwise.js';
import { convert } from '../ops/operand.js';
import { Tensor } from '../tensor/tensor.js';
import { flatten, unflatten, type Tree } from '../tree/tree.js';
import { requireSameCarry } from './carry.js';
import { scan } from './scan.js';

function requireCondition(found: Tensor): Tensor {
  if (!(found instanceof Tensor) || found.rank !== 0) throw new ShapeError('whileLoop', [found instanceof Tensor ? formatShape(found.shape) : typeof found], 'the condition must be a bool scalar; reduce it with `any` or `all`');
  if (found.dtype !== 'bool') throw new DtypeError('whileLoop', [found.dtype], 'the condition must be a bool scalar; compare, for instance `less(x, limit)`');
  return found;
}

/**
 * `carry = body(carry)` while `condition(carry)` (lax.while_loop); the carry is a tree. Differentiable in forward mode alone,
 * since how many steps there are is not known beforehand; use `scan` where the number is.
 * @throws CarryError where the carry changes shape or dtype, ShapeError or DtypeError where the condition is no bool scalar.
 */
export function whileLoop<Carry extends Tree<Tensor>>(condition: (carry: Carry) => Tensor, body: (carry: Carry) => Carry, init: Carry): Carry {
  const { leaves, structure } = flatten<Tensor>(init);
  const carryOf = (inputs: readonly Tensor[]): Carry => unflatten<Tensor>(structure, inputs) as Carry;
  const tested = trace((...inputs) => [requireCondition(condition(carryOf(inputs)))], leaves);
  const stepped = trace((...inputs) => {
    const next = body(carryOf(inputs));
    requireSameCarry('whileLoop', init, next);
    return flatten<Tensor>(next).leaves;
  }, leaves);
  const results = bind('whileLoop', [...tested.captures, ...stepped.captures, ...leaves], {
    condition: capturesFirst(tested),
    body: capturesFirst(stepped),
    conditionConstants: tested.captures.length,
    bodyConstants: stepped.captures.length,
  });
  return carryOf(results);
}

/**
 * `carry = body(i, carry)` for i from lower to below upper, int32 (lax.fori_loop). With numbers as bounds it is a `scan`, which has
 * both derivatives; with tensors it is a `whileLoop`.
 */
export function foriLoop<Carry extends Tree<Tensor>>(lower: number | Tensor, upper: number | Tensor, body: (i: Tensor, carry: Carry) => Carry, init: Carry): Carry {
  if (typeof lower === 'number' && typeof upper === 'number') {
    const steps = Math.max(0, upper - lower);
    return scan((carry: Carry, i: Tensor) => [body(i, carry), null] as const, init, add(iota('int32', [steps]), lower))[0];
  }
  const end = convert(upper, 'int32');
  const start: { i: Tensor; carry: Tree<Tensor> } = { i: convert(lower, 'int32'), carry: init };
  return whileLoop(
    ({ i }: typeof start) => less(i, end),
    ({ i, carry }: typeof start) => ({ i: add(i, 1), carry: body(i, carry as Carry) }),
    start,
  ).carry as Carry;
}
