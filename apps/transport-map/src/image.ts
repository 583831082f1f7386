import { readFile } from 'node:fs/promises';

import { convertIndexedToRgb, decode, encode, hasPngSignature } from 'fast-png';
import type { DecodedPng } from 'fast-png';

/** A picture of 8-bit red, green and blue: `pixels` is (height, width, 3), row-major. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** A file that cannot be read as a picture. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly path: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`Cannot read the picture ${path}: ${problem}`, options);
    this.path = path;
  }
}

/**
 * Reads a PNG file of any colour type. Transparent parts are laid on white, 16-bit channels rounded to 8.
 *
 * @throws ImageError when the file is missing or is no PNG.
 */
export async function readImage(path: string): Promise<Image> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ImageError(path, error.code === 'ENOENT' ? 'there is no such file.' : error.message, { cause: error });
  });
  if (!hasPngSignature(bytes)) throw new ImageError(path, 'it is not a PNG file. Convert it to PNG first.');
  try {
    return decodeImage(bytes);
  } catch (error) {
    throw new ImageError(path, `the PNG is damaged (${error instanceof Error ? error.message : String(error)}).`, { cause: error });
  }
}

/** Decodes the bytes of a PNG file. Throws when they are damaged. */
export function decodeImage(bytes: Uint8Array): Image {
  const png = decode(bytes, { checkCrc: true });
  const { channels, samples, maximum } = unpackSamples(png);
  const hasAlpha = channels === 2 || channels === 4;
  const colours = hasAlpha ? channels - 1 : channels;
  const pixels = new Uint8Array(png.width * png.height * 3);
  for (let at = 0; at < png.width * png.height; at++) {
    const alpha = hasAlpha ? samples[at * channels + colours]! / maximum : 1;
    for (let channel = 0; channel < 3; channel++) {
      const value = samples[at * channels + (colours === 1 ? 0 : channel)]! / maximum;
      pixels[at * 3 + channel] = Math.round(255 * (value * alpha + 1 - alpha));
    }
  }
  return { width: png.width, height: png.height, pixels };
}

interface Samples {
  /** 1 grey, 2 grey and alpha, 3 colours, 4 colours and alpha. */
  readonly channels: number;
  readonly samples: ArrayLike<number>;
  /** The value that means full intensity. */
  readonly maximum: number;
}

/** One number a channel: looks palette entries up, and unpacks grey levels of less than a byte by a palette of greys. */
function unpackSamples(png: DecodedPng): Samples {
  if (png.palette) return { channels: png.palette[0]?.length ?? 3, samples: convertIndexedToRgb(png), maximum: 255 };
  if (png.depth >= 8) return { channels: png.channels, samples: png.data, maximum: 2 ** png.depth - 1 };
  const levels = 2 ** png.depth;
  const palette = Array.from({ length: levels }, (_, level) => [level]);
  return { channels: 1, samples: convertIndexedToRgb({ ...png, palette }), maximum: levels - 1 };
}

/** The bytes of a PNG file. */
export function encodeImage({ width, height, pixels }: Image): Uint8Array {
  return encode({ width, height, data: pixels, channels: 3, depth: 8 });
}

/** The picture made smaller, if need be, so that no side is longer than `longestSide` pixels; its proportions stay. */
export function fitWithin(image: Image, longestSide: number): Image {
  const scale = longestSide / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  return resizeByArea(image, Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
}

/** The picture in another size: each new pixel is the mean of the area that it covers. */
export function resizeByArea(image: Image, width: number, height: number): Image {
  const columns = coverage(image.width, width);
  const rows = coverage(image.height, height);
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sum = [0, 0, 0];
      for (const row of rows[y]!) {
        for (const column of columns[x]!) {
          const weight = row.weight * column.weight;
          const at = (row.index * image.width + column.index) * 3;
          for (let channel = 0; channel < 3; channel++) sum[channel] = sum[channel]! + weight * image.pixels[at + channel]!;
        }
      }
      for (let channel = 0; channel < 3; channel++) pixels[(y * width + x) * 3 + channel] = Math.round(sum[channel]!);
    }
  }
  return { width, height, pixels };
}

/** For each of `to` equal intervals over `from` cells: the cells that it covers, with weights that sum to 1. */
function coverage(from: number, to: number): { index: number; weight: number }[][] {
  const length = from / to;
  return Array.from({ length: to }, (_, at) => {
    const start = at * length;
    const end = Math.min(from, start + length);
    const cells: { index: number; weight: number }[] = [];
    for (let index = Math.floor(start); index < Math.min(from, Math.ceil(end)); index++) {
      cells.push({ index, weight: (Math.min(end, index + 1) - Math.max(start, index)) / length });
    }
    return cells;
  });
}

/** Colours are points of the cube [-2, 2]^3 for the potentials: black is -2, full intensity 2. */
export const colourRange = { low: -2, high: 2 } as const;

/** Points of the colour cube, (n, 3), row-major. */
export type Points = Float32Array<ArrayBuffer>;

/** (height * width, 3): the picture's pixels as points of the colour cube. */
export function toPoints({ pixels }: Pick<Image, 'pixels'>): Points {
  const points = new Float32Array(pixels.length);
  pixels.forEach((value, at) => (points[at] = colourRange.low + (value / 255) * (colourRange.high - colourRange.low)));
  return points;
}

/** Points of the colour space, (n, 3), back to 8-bit pixels; points outside the cube go to its surface. */
export function toPixels(points: Float32Array): Uint8Array {
  const scale = 255 / (colourRange.high - colourRange.low);
  return Uint8Array.from(points, (value) => Math.min(255, Math.max(0, Math.round((value - colourRange.low) * scale))));
}
