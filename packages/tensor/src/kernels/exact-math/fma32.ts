/**
 * a * b + c with one rounding to float32, for float32 operands: the product of two float32 numbers is exact in float64, so
 * only the sum rounds before the last step. (Rounding twice differs from a true fused multiply-add where the float64 sum
 * falls on the middle between two float32 numbers, about once in 2^29.)
 */
export const fma32 = (a: number, b: number, c: number): number => Math.fround(a * b + c);
