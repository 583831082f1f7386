import { type Dtype, dtypeKind, isBigInt, isFloating, type Tensor, tensor } from '@flaxon/tensor';
import { expect } from 'vitest';
import { getCurrentTest } from 'vitest/suite';
import { generator } from './agreement.js';

const seedOf = (title: string): number => Array.from(title).reduce((hash, letter) => Math.imul(hash ^ letter.codePointAt(0)!, 16777619) >>> 0, 2166136261);

let draws = { drawer: '', next: generator(7) };

/** The name of the test file that is being read: what is drawn outside of tests is drawn before the first of them runs, when the title is still that of another file. */
const fileBeingRead = (): string => /[^/]+\.test\.ts/.exec(new Error('the stack').stack ?? '')?.[0] ?? '';

/**
 * The next number of the running test, or of the test file that is being read. Each draws from a seed of its own, the title or the name: neither the order of tests nor that
 * of files changes its numbers.
 */
function random(): number {
  const test = getCurrentTest();
  const title = test ? (expect.getState().currentTestName ?? test.name) : fileBeingRead();
  const drawer = test ? `${expect.getState().testPath ?? ''} ${title}` : title;
  if (draws.drawer !== drawer) draws = { drawer, next: generator(seedOf(title)) };
  return draws.next();
}

/** Numbers of any kind: floats from -2 to 2, integers from -5 (0 for unsigned ones) to 5. */
export function arbitrary(shape: readonly number[], dtype: Dtype = 'float32'): Tensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const low = dtypeKind(dtype) === 'uint' ? 0 : -5;
  const draw = (): number => (isFloating(dtype) ? 4 * random() - 2 : Math.floor(low + (6 - low) * random()));
  const elements = Array.from({ length: size }, draw);
  return tensor(isBigInt(dtype) ? elements.map(BigInt) : dtype === 'bool' ? elements.map((x) => x > 0) : elements, { dtype, shape });
}

/** Zeros, ties, kinks, large and small numbers, infinities, NaN, and a spread of magnitudes. */
export function hostile(dtype: Dtype): Tensor {
  const points = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1.5, 2.5, -1.5, -2.5, 10, -10, 20.5, -20.5, 88, -88, 100, -100, Infinity, -Infinity, NaN, 1e-10, -1e-10, 0.999, -0.999, 0.25];
  for (let exponent = -24; exponent <= 7; exponent += 0.37) points.push(2 ** exponent, -(2 ** exponent));
  return tensor(points, { dtype });
}

export const integerDtypes = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'] as const;

/** The ends of the range, and small numbers of both signs. */
export function integerPoints(dtype: (typeof integerDtypes)[number]): bigint[] {
  const bits = BigInt(dtype.replace(/\D/g, ''));
  const isUnsigned = dtype.startsWith('u');
  const [low, high] = isUnsigned ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
  return [low, high, 0n, 1n, 2n, 3n, 7n, 100n, ...(isUnsigned ? [] : [-1n, -2n, -7n])];
}

/** Every pair of `points`, as two tensors. */
export function pairs(points: readonly (number | bigint)[], dtype: Dtype): [Tensor, Tensor] {
  const elements = points.map((point): number | bigint => (isBigInt(dtype) ? BigInt(point) : Number(point)));
  const left = elements.flatMap((x) => elements.map(() => x));
  const right = elements.flatMap(() => elements);
  return [tensor(left, { dtype }), tensor(right, { dtype })];
}

export const floatPoints = [0, -0, 1, -1, 2.5, -2.5, Infinity, -Infinity, NaN, 300, -300, 3e9, -3e9, 1e19, -1e19, 1.9, -1.9, 127.5, 255.9];
