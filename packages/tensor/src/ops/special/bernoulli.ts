import type { Dtype } from '../../dtype/dtype.js';
import { ArgumentError } from '../../errors/errors.js';
import { tensor } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';

/** So many binary places are kept behind the point. */
const places = 128n;

/** Bernoulli numbers as whole multiples of 2^-places, from exact fractions: the sum of C(m + 1, k) B_k, k = 0, ..., m, is 0. */
function fractions(count: number): bigint[] {
  const found: { readonly above: bigint; readonly below: bigint }[] = [];
  for (let m = 0n; m < BigInt(count); m++) {
    let [above, below, ways] = [m === 0n ? 1n : 0n, 1n, 1n];
    found.forEach((one, k) => {
      above = above * one.below - ways * one.above * below;
      below *= one.below;
      ways = (ways * (m + 1n - BigInt(k))) / BigInt(k + 1);
      const divisor = greatestDivisor(above, below);
      [above, below] = [above / divisor, below / divisor];
    });
    found.push({ above, below: below * (m + 1n) });
  }
  return found.map(({ above, below }) => (above << places) / below);
}

const greatestDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : greatestDivisor(b, a % b));

/** The Bernoulli numbers B_0, ..., B_n with B_1 = -1/2 (jax.scipy.special.bernoulli). @throws ArgumentError where n is no whole number from 0 on */
export function bernoulli(n: number, dtype: Dtype = 'float32'): Tensor {
  if (!Number.isInteger(n) || n < 0) throw new ArgumentError('bernoulli', 'n', `must be a whole number, not negative, found ${n}`);
  return tensor(fractions(n + 1).map((one) => Number(one) / 2 ** Number(places)), { dtype });
}
