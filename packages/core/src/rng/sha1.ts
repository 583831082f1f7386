/**
 * SHA-1 (FIPS 180-4), as Flax hashes scope paths with it. Written out here since it has to be synchronous and to run in
 * browsers, whose own digest is asynchronous. It names streams apart; nothing depends on it for security.
 */
const rotateLeft = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** `bytes`, a one bit, zeros and the length in bits, in whole blocks of 64 bytes. */
function padded(bytes: Uint8Array): DataView {
  const blocks = new DataView(new ArrayBuffer((bytes.length + 9 + 63) & ~63));
  bytes.forEach((byte, i) => blocks.setUint8(i, byte));
  blocks.setUint8(bytes.length, 0x80);
  blocks.setBigUint64(blocks.byteLength - 8, BigInt(bytes.length) * 8n);
  return blocks;
}

/** The 20 bytes of the digest as five big-endian 32-bit words. */
export function sha1(bytes: Uint8Array): Uint32Array {
  const digest = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  const blocks = padded(bytes);
  const words = new Int32Array(80);
  for (let offset = 0; offset < blocks.byteLength; offset += 64) {
    for (let i = 0; i < 16; i++) words[i] = blocks.getInt32(offset + 4 * i);
    for (let i = 16; i < 80; i++) words[i] = rotateLeft(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1);
    compress(digest, words);
  }
  return digest;
}

function compress(digest: Uint32Array, words: Int32Array): void {
  let [a, b, c, d, e] = [digest[0]!, digest[1]!, digest[2]!, digest[3]!, digest[4]!];
  for (let i = 0; i < 80; i++) {
    let mixed: number;
    if (i < 20) mixed = ((b & c) | (~b & d)) + 0x5a827999;
    else if (i < 40) mixed = (b ^ c ^ d) + 0x6ed9eba1;
    else if (i < 60) mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    else mixed = (b ^ c ^ d) + 0xca62c1d6;
    const next = (rotateLeft(a, 5) + mixed + e + words[i]!) | 0;
    [e, d, c, b, a] = [d, c, rotateLeft(b, 30), a, next];
  }
  // The typed array wraps the sums to 32 bits.
  digest[0] = digest[0]! + a;
  digest[1] = digest[1]! + b;
  digest[2] = digest[2]! + c;
  digest[3] = digest[3]! + d;
  digest[4] = digest[4]! + e;
}
