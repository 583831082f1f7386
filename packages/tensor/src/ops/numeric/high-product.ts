import { bytesPerElement, isInteger, type Dtype } from '../../dtype/dtype.js';
import { DtypeError } from '../../errors/errors.js';
import { tensor, type TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add, bitwiseAnd, less, mul, rightShift, rightShiftLogical, sub, where } from '../elementwise.js';
import { convert, promote } from '../operand.js';

const uint64 = (value: bigint): Tensor => tensor(BigUint64Array.of(value), { shape: [] });

/** The upper half of the product of uint64 numbers, from products of their halves (H. Warren, Hacker's Delight, 8-2). */
function highOfUnsigned(x: Tensor, y: Tensor): Tensor {
  const high = (t: Tensor): Tensor => rightShiftLogical(t, uint64(32n));
  const low = (t: Tensor): Tensor => bitwiseAnd(t, uint64(0xffffffffn));
  const middle = add(mul(high(x), low(y)), high(mul(low(x), low(y))));
  const across = add(mul(low(x), high(y)), low(middle));
  return add(add(mul(high(x), high(y)), high(middle)), high(across));
}

/** As numbers of two's complement: a negative factor counts as 2^64 more. */
function highOfSigned(x: Tensor, y: Tensor): Tensor {
  const product = convert(highOfUnsigned(convert(x, 'uint64'), convert(y, 'uint64')), 'int64');
  return sub(sub(product, where(less(x, 0), y, 0)), where(less(y, 0), x, 0));
}

const widerOf = (dtype: Dtype): Dtype => (dtype.startsWith('u') ? 'uint64' : 'int64');

/** The upper half of the bits of the product of integers (lax.mulhi). @throws DtypeError on floats and bools. */
export function mulhi(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promote('mulhi', [x, y]) as [Tensor, Tensor];
  const { dtype } = a;
  if (!isInteger(dtype)) throw new DtypeError('mulhi', [dtype], 'is defined on integers; convert with `astype(x, dtype)`');
  if (dtype === 'uint64') return highOfUnsigned(a, b);
  if (dtype === 'int64') return highOfSigned(a, b);
  const wider = widerOf(dtype);
  return convert(rightShift(mul(convert(a, wider), convert(b, wider)), convert(8 * bytesPerElement(dtype), wider)), dtype);
}
