import { bytesPerElement, isInteger, type Dtype } from '../../dtype/dtype.js';
import { DtypeError } from '../../errors/errors.js';
import { bindOne } from '../../program/bind.js';
import { broadcastShapes } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { scalar } from '../../tensor/create.js';
import { whileLoop } from '../../control/while-loop.js';
import { abs, add, bitwiseAnd, bitwiseOr, equal, logicalOr, mul, notEqual, rightShiftLogical, sub, where } from '../elementwise.js';
import { convert, promote, toTensor } from '../operand.js';
import { any } from '../reduce.js';
import { broadcastTo } from '../shape.js';

function requireIntegers(operation: string, xs: readonly Tensor[]): void {
  const other = xs.find((x) => !isInteger(x.dtype));
  if (other) throw new DtypeError(operation, [other.dtype], 'is defined on integers; convert with `astype(x, dtype)`');
}

/** The greatest common divisor of the magnitudes, by Euclid's algorithm (jnp.gcd). @throws DtypeError on floats and bools. */
export function gcd(x: TensorLike, y: TensorLike): Tensor {
  const operands = promote('gcd', [x, y]);
  requireIntegers('gcd', operands);
  const shape = broadcastShapes(operands.map((operand) => operand.shape));
  const start = operands.map((operand) => abs(shape ? broadcastTo(operand, shape) : operand));
  const [result] = whileLoop(
    ([, b]: readonly Tensor[]) => any(notEqual(b!, 0)),
    ([a, b]) => {
      const isDone = equal(b!, 0);
      return [where(isDone, a!, b!), where(isDone, 0, bindOne('rem', [a!, where(isDone, 1, b!)], {}))];
    },
    start as readonly Tensor[],
  );
  return result!;
}

/** The least common multiple of the magnitudes; 0 where one is 0 (jnp.lcm). @throws DtypeError on floats and bools. */
export function lcm(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promote('lcm', [x, y]);
  const divisor = gcd(a!, b!);
  const [m, n] = [abs(a!), abs(b!)];
  const isZero = logicalOr(equal(m, 0), equal(n, 0));
  return where(isZero, 0, mul(m, bindOne('div', [broadcastTo(n, divisor.shape), where(equal(divisor, 0), 1, divisor)], {})));
}

const unsigned = (dtype: Dtype): Dtype => (dtype.startsWith('u') ? dtype : (`u${dtype}` as Dtype));

/** A byte repeated over the width of the dtype. */
function repeated(byte: number, dtype: Dtype): Tensor {
  let value = 0n;
  for (let i = 0; i < bytesPerElement(dtype); i++) value = (value << 8n) | BigInt(byte);
  return scalar(value, dtype);
}

/** The number of ones in the binary digits, of the operand's dtype (lax.population_count). @throws DtypeError on floats and bools. */
export function populationCount(x: TensorLike): Tensor {
  const operand = toTensor('populationCount', x);
  requireIntegers('populationCount', [operand]);
  const dtype = unsigned(operand.dtype);
  const shifted = (value: Tensor, by: number): Tensor => rightShiftLogical(value, scalar(by, dtype));
  const bits = convert(operand, dtype);
  const pairs = sub(bits, bitwiseAnd(shifted(bits, 1), repeated(0x55, dtype)));
  const fours = add(bitwiseAnd(pairs, repeated(0x33, dtype)), bitwiseAnd(shifted(pairs, 2), repeated(0x33, dtype)));
  const bytes = bitwiseAnd(add(fours, shifted(fours, 4)), repeated(0x0f, dtype));
  let total = bytes;
  for (let width = 8; width < bytesPerElement(dtype) * 8; width *= 2) total = add(total, shifted(total, width));
  return convert(bitwiseAnd(total, scalar(0x7f, dtype)), operand.dtype);
}

/** The number of ones in the binary digits of |x|, uint8 (jnp.bitwise_count). */
export const bitwiseCount = (x: TensorLike): Tensor => convert(populationCount(abs(x)), 'uint8');

/** The number of zeros before the first one in the binary digits (lax.clz). @throws DtypeError on floats and bools. */
export function clz(x: TensorLike): Tensor {
  const operand = toTensor('clz', x);
  requireIntegers('clz', [operand]);
  const dtype = unsigned(operand.dtype);
  const width = bytesPerElement(dtype) * 8;
  let smeared = convert(operand, dtype);
  for (let by = 1; by < width; by *= 2) smeared = bitwiseOr(smeared, rightShiftLogical(smeared, scalar(by, dtype)));
  return convert(sub(scalar(width, dtype), populationCount(smeared)), operand.dtype);
}
