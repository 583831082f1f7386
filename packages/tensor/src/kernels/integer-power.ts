/**
 * Integer powers as JAX computes them: by squaring, over the six low bits of the exponent (a longer one overflows for
 * every base beyond one), and zero for a zero base. The caller's typed array wraps what comes out.
 */
export function integerPower(base: number, exponent: number): number {
  if (base === 0 && exponent !== 0) return 0;
  let result = 1;
  for (let bits = exponent & 63, square = base; bits !== 0; bits >>>= 1) {
    if ((bits & 1) === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

/** `integerPower` for 64-bit integers. */
export function bigIntegerPower(base: bigint, exponent: bigint): bigint {
  if (base === 0n && exponent !== 0n) return 0n;
  let result = 1n;
  let square = base;
  for (let bits = Number(BigInt.asUintN(6, exponent)); bits !== 0; bits >>>= 1) {
    if ((bits & 1) === 1) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return result;
}
