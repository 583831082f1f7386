import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { decodeImage, encodeImage, fitWithin, ImageError, readImage, resizeByArea, toPixels, toPoints } from '../src/image.js';
import { photographs } from '../src/photographs.js';

const gradient = (width: number, height: number) => ({
  width,
  height,
  pixels: Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 37) % 256),
});

describe('PNG files', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'image-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it('a picture written and read again is the same picture', () => {
    const image = gradient(13, 7);
    expect(decodeImage(encodeImage(image))).toEqual(image);
  });

  it.each([
    ['chelsea', 451, 300, [19980169, 15078438, 11743750]],
    ['coffee', 480, 320, [24356101, 13177628, 7907893]],
    ['rocket', 480, 320, [8028807, 9415592, 12638383]],
    ['astronaut', 480, 480, [32615945, 24367789, 22229725]],
  ] as const)('reads the photograph %s with the size and the sums of red, green and blue that another decoder finds', async (name, width, height, sums) => {
    const image = await readImage(photographs[name]);
    expect([image.width, image.height]).toEqual([width, height]);
    expect(image.pixels).toHaveLength(width * height * 3);
    expect([0, 1, 2].map((channel) => image.pixels.reduce((sum, value, at) => (at % 3 === channel ? sum + value : sum), 0))).toEqual(sums);
  });

  it('a grey picture has equal channels', () => {
    const png = encode({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 200) });
    expect([...decodeImage(png).pixels]).toEqual([0, 0, 0, 200, 200, 200]);
  });

  it('sixteen bits a channel become eight', () => {
    const png = encode({ width: 1, height: 1, channels: 3, depth: 16, data: Uint16Array.of(0, 32896, 65535) });
    expect([...decodeImage(png).pixels]).toEqual([0, 128, 255]);
  });

  it('a transparent pixel is white, a half transparent one half white', () => {
    const png = encode({ width: 3, height: 1, channels: 4, data: Uint8Array.of(10, 20, 30, 0, 0, 0, 0, 51, 10, 20, 30, 255) });
    expect([...decodeImage(png).pixels]).toEqual([255, 255, 255, 204, 204, 204, 10, 20, 30]);
  });

  it('grey levels of one bit are black and white', () => {
    // A 3x2 picture whose rows are 1 0 1 and 0 1 0, from Python's zlib and struct after the PNG specification.
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAMAAAACAQAAAAC1D1u3AAAADElEQVR4nGNYwOAAAAIkAOFz6zvyAAAAAElFTkSuQmCC', 'base64');
    expect([...decodeImage(png).pixels].filter((_, at) => at % 3 === 0)).toEqual([255, 0, 255, 0, 255, 0]);
  });

  it('palette entries are looked up', () => {
    // A 2x1 picture, indices 1 and 0 of the palette (1, 2, 3), (4, 5, 6); made the same way.
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAMAAADD/I+4AAAABlBMVEUBAgMEBQaVU29IAAAAC0lEQVR4nGNgZAAAAAUAAtFmM3gAAAAASUVORK5CYII=', 'base64');
    expect([...decodeImage(png).pixels]).toEqual([4, 5, 6, 1, 2, 3]);
  });

  it('a missing file is an error that says so', async () => {
    await expect(readImage(join(folder, 'none.png'))).rejects.toThrow(/none\.png: there is no such file/);
  });

  it('a file that is no PNG is an error that says so', async () => {
    const path = join(folder, 'text.png');
    await writeFile(path, 'no picture');
    await expect(readImage(path)).rejects.toThrow(ImageError);
    await expect(readImage(path)).rejects.toThrow(/it is not a PNG file/);
  });

  it('a damaged PNG is an error that says so', async () => {
    const path = join(folder, 'damaged.png');
    const bytes = encodeImage(gradient(20, 20));
    bytes[60] = bytes[60]! ^ 0xff;
    await writeFile(path, bytes);
    await expect(readImage(path)).rejects.toThrow(/the PNG is damaged/);
  });
});

describe('resizing', () => {
  it('halving takes the mean of each block of four', () => {
    const pixels = Uint8Array.from([0, 0, 0, 40, 40, 40, 80, 80, 80, 120, 120, 120, 20, 20, 20, 60, 60, 60, 100, 100, 100, 140, 140, 140]);
    expect([...resizeByArea({ width: 4, height: 2, pixels }, 2, 1).pixels]).toEqual([30, 30, 30, 110, 110, 110]);
  });

  it('a cell that lies in two new pixels counts in both by its share', () => {
    const pixels = Uint8Array.from([0, 0, 0, 90, 90, 90, 240, 240, 240]);
    expect([...resizeByArea({ width: 3, height: 1, pixels }, 2, 1).pixels]).toEqual([30, 30, 30, 190, 190, 190]);
  });

  it('one colour stays that colour at any size', () => {
    const image = { width: 17, height: 11, pixels: new Uint8Array(17 * 11 * 3).fill(201) };
    expect(new Set(resizeByArea(image, 5, 7).pixels)).toEqual(new Set([201]));
  });

  it('a picture that fits is left alone', () => {
    const image = gradient(40, 30);
    expect(fitWithin(image, 40)).toBe(image);
  });

  it('the longest side comes down to the limit and the proportions stay', () => {
    expect(fitWithin(gradient(40, 20), 10)).toMatchObject({ width: 10, height: 5 });
    expect(fitWithin(gradient(2, 90), 30)).toMatchObject({ width: 1, height: 30 });
  });
});

describe('points', () => {
  it('black is -2, white 2, and the middle 0', () => {
    const points = toPoints({ pixels: Uint8Array.of(0, 255, 51) });
    expect([...points]).toEqual([-2, 2, Math.fround(-1.2)]);
  });

  it('every pixel value comes back', () => {
    const pixels = Uint8Array.from({ length: 258 }, (_, value) => value % 256);
    expect(toPixels(toPoints({ pixels }))).toEqual(pixels);
  });

  it('points outside the cube go to its surface', () => {
    expect([...toPixels(Float32Array.of(-9, 9, 2.001))]).toEqual([0, 255, 255]);
  });
});
