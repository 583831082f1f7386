/**
 * A number that changes with any bit of the data and with their order: the words as digits to the base 31, modulo 2^32.
 *
 * In NumPy: `words = a.view(uint32).ravel()`, then `sum(words * 31 ** arange(len(words))[::-1])` in uint32.
 */
export function checksum(data: Float32Array | Uint32Array | Int32Array | Float64Array): number {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4);
  let sum = 0;
  for (let i = 0; i < words.length; i++) sum = (Math.imul(sum, 31) + words[i]!) | 0;
  return sum >>> 0;
}
