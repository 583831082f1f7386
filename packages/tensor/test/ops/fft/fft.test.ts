import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as fx from '../../../src/index.js';
import type { ComplexPair, Tensor } from '../../../src/index.js';
import { checkDerivatives, expectClose, numbersOf, randomNumbers } from '../../transforms/differences.js';

interface Numbers {
  readonly shape: readonly number[];
  readonly real: readonly number[];
  readonly imag?: readonly number[];
}

const functions = { fft: fx.fft, ifft: fx.ifft, rfft: fx.rfft, irfft: fx.irfft, hfft: fx.hfft, ihfft: fx.ihfft, fft2: fx.fft2, ifft2: fx.ifft2, fftn: fx.fftn, ifftn: fx.ifftn, rfft2: fx.rfft2, irfft2: fx.irfft2, rfftn: fx.rfftn, irfftn: fx.irfftn };

interface JaxTables {
  readonly cases: readonly { readonly fn: keyof typeof functions; readonly options: object; readonly x: Numbers; readonly y: Numbers; readonly cotangent: readonly (readonly number[])[]; readonly gradients: readonly (readonly number[])[] }[];
  readonly frequencies: { readonly [F in 'fftfreq' | 'rfftfreq']: readonly (readonly [n: number, d: number, wanted: readonly number[]])[] };
  readonly shifts: readonly { readonly shape: readonly number[]; readonly x: readonly number[]; readonly axes: readonly number[] | null; readonly fftshift: readonly number[]; readonly ifftshift: readonly number[] }[];
}

const tables = JSON.parse(readFileSync(new URL('./jax-fft.json', import.meta.url), 'utf8')) as JaxTables;
const f64 = (data: readonly number[], shape: readonly number[]): Tensor => fx.tensor(Float64Array.from(data), { shape });

/** The parts of a result. */
const partsOf = (y: Tensor | ComplexPair): Tensor[] => ('real' in y ? [y.real, y.imag] : [y]);

describe('as JAX has it', () => {
  it.each(tables.cases.map((one) => [`${one.fn} of [${one.x.shape.join(', ')}] with ${JSON.stringify(one.options)}`, one] as const))('%s', (_, { fn, options, x, y, cotangent, gradients }) => {
    const apply = functions[fn] as (x: unknown, options: object) => Tensor | ComplexPair;
    const args = [f64(x.real, x.shape), ...(x.imag ? [f64(x.imag, x.shape)] : [])];
    const [value, back] = fx.vjp((real: Tensor, imag?: Tensor) => partsOf(apply(imag ? { real, imag } : real, options)), ...(args as [Tensor, Tensor]));
    expect(value.map(({ shape }) => shape)).toEqual(value.map(() => y.shape));
    expectClose(numbersOf(value[0]!), y.real, 1e-14);
    if (y.imag) expectClose(numbersOf(value[1]!), y.imag, 1e-14);
    const found = back(cotangent.map((one) => f64(one, y.shape))) as Tensor[];
    gradients.forEach((wanted, i) => expectClose(numbersOf(found[i]!), wanted, 1e-14));
  });
  it.each(['fftfreq', 'rfftfreq'] as const)('%s', (name) => {
    const frequencies = { fftfreq: fx.fftfreq, rfftfreq: fx.rfftfreq }[name];
    for (const [n, d, wanted] of tables.frequencies[name]) expectClose(numbersOf(frequencies(n, d, { dtype: 'float64' })), wanted, 1e-15);
    expect(frequencies(5).dtype).toBe('float32');
  });
  it.each(tables.shifts)('shifts of $shape along $axes', ({ shape, x, axes, fftshift, ifftshift }) => {
    const given = f64(x, shape);
    expect(numbersOf(fx.fftshift(given, { axes }))).toEqual(fftshift);
    expect(numbersOf(fx.ifftshift(given, { axes }))).toEqual(ifftshift);
    expect(numbersOf(fx.ifftshift(fx.fftshift({ real: given, imag: fx.neg(given) }, { axes }), { axes }).imag)).toEqual(x.map((one) => -one));
  });
});

const next = randomNumbers(11);
const random = (...shape: number[]): Tensor => f64(Array.from({ length: fx.sizeOf(shape) }, () => 2 * next() - 1), shape);

/** By the definition, with angles brought below a full turn exactly. */
function definition(real: readonly number[], imag: readonly number[]): { readonly real: number[]; readonly imag: number[] } {
  const n = real.length;
  const sum = (k: number, part: (re: number, im: number, cos: number, sin: number) => number): number =>
    real.reduce((total, re, j) => { const angle = (-2 * Math.PI * ((j * k) % n)) / n; return total + part(re, imag[j]!, Math.cos(angle), Math.sin(angle)); }, 0);
  return { real: real.map((_, k) => sum(k, (re, im, c, s) => re * c - im * s)), imag: real.map((_, k) => sum(k, (re, im, c, s) => re * s + im * c)) };
}

describe('the numbers', () => {
  it.each([64, 77, 97, 210, 256, 289, 360, 509, 1009])('are right to the last places for length %i', (n) => {
    const x = { real: random(n), imag: random(n) };
    const wanted = definition(numbersOf(x.real), numbersOf(x.imag));
    const size = Math.sqrt(n);
    const found = fx.fft(x);
    expectClose(numbersOf(found.real).map((one) => one / size), wanted.real.map((one) => one / size), 2e-14);
    expectClose(numbersOf(found.imag).map((one) => one / size), wanted.imag.map((one) => one / size), 2e-14);
    const single = fx.fft({ real: fx.astype(x.real, 'float32'), imag: fx.astype(x.imag, 'float32') });
    const rounded = definition(Array.from(fx.astype(x.real, 'float32').data(), Number), Array.from(fx.astype(x.imag, 'float32').data(), Number));
    expect(single.real.dtype).toBe('float32');
    expectClose(Array.from(single.real.data(), Number).map((one) => one / size), rounded.real.map((one) => one / size), 1.2e-7);
  });
  it.each([1 << 14, 3 ** 8, 10007])('come back for length %i', (n) => {
    const x = random(n);
    expectClose(numbersOf(fx.irfft(fx.rfft(x), { n })), numbersOf(x), 1e-13);
    const back = fx.ifft(fx.fft(x));
    expectClose(numbersOf(back.real), numbersOf(x), 1e-13);
    expectClose(numbersOf(back.imag), numbersOf(x).map(() => 0), 1e-13);
  });
  it('stay apart where transforms lie next to each other', () => {
    const x = random(5, 14);
    const spoilt = fx.where(fx.equal(fx.iota('int32', [5, 1]), 2), Infinity, x);
    const [wanted, found] = [fx.rfft(x), fx.rfft(spoilt)].map(({ real }) => numbersOf(real));
    [0, 1, 3, 4].forEach((row) => expect(found!.slice(8 * row, 8 * row + 8)).toEqual(wanted!.slice(8 * row, 8 * row + 8)));
  });
  it('of integers and half floats are float32', () => {
    expect(fx.fft(fx.tensor([1, 2, 3])).real.dtype).toBe('float32');
    expect(fx.rfft(fx.zeros([3], 'bfloat16')).imag.dtype).toBe('float32');
    expect(fx.irfft({ real: fx.tensor([1, 2]), imag: fx.zeros([2], 'float64') }).dtype).toBe('float64');
  });
});

const square = ({ real, imag }: ComplexPair): Tensor => fx.add(fx.square(real), fx.mul(fx.square(imag), real));

describe('derivatives agree with differences, forward with reverse, vmap with single examples, in first and second order', () => {
  it('fft', () => checkDerivatives((real, imag) => square(fx.fft({ real, imag }, { axis: 0, norm: 'ortho' })), [random(6, 2), random(6, 2)]));
  it('rfft', () => checkDerivatives((x) => square(fx.rfft(x)), [random(2, 7)]));
  it('irfft', () => checkDerivatives((real, imag) => fx.square(fx.irfft({ real, imag }, { n: 7 })), [random(4), random(4)]));
  it('fftn', () => checkDerivatives((x) => square(fx.fftn(x)), [random(3, 4)]));
});

describe('transformations', () => {
  it('a pair is a tree', () => {
    const x = { real: random(3, 5), imag: random(3, 5) };
    const rows = fx.vmap((pair: ComplexPair) => fx.fft(pair))(x) as ComplexPair;
    expectClose(numbersOf(rows.imag), numbersOf(fx.fft(x).imag), 1e-14);
    const power = fx.grad((pair: ComplexPair) => fx.sum(fx.square(fx.fft(pair).real)))(x);
    expect([power.real.shape, power.imag.shape]).toEqual([[3, 5], [3, 5]]);
  });
  it('vmap over axes that differ between the parts', () => {
    const [real, imag] = [random(4, 3), random(3, 4)];
    const found = fx.vmap((re: Tensor, im: Tensor) => fx.fft({ real: re, imag: im }).real, { inAxes: [1, 0] })(real, imag);
    expectClose(numbersOf(found), numbersOf(fx.fft({ real: fx.transpose(real), imag }).real), 1e-14);
  });
  it('any batch', () => {
    const { program } = fx.trace((x: Tensor) => [fx.rfft(x).real, fx.irfft(x)], [fx.spec('float32', ['batch', 6])]);
    expect(program.outputs.map(({ shape }) => fx.formatShape(shape))).toEqual(['(batch, 4)', '(batch, 10)']);
  });
});

describe('bad arguments', () => {
  const x = fx.zeros([3, 4]);
  it('lengths, norms and axes are named', () => {
    expect(() => fx.fft(x, { n: 0 })).toThrow(/`n`|n: |whole number/);
    expect(() => fx.irfft(fx.zeros([1]))).toThrow(fx.ArgumentError);
    expect(() => fx.fft(x, { norm: 'orthogonal' as 'ortho' })).toThrow(/orthogonal/);
    expect(() => fx.fft(x, { axis: 2 })).toThrow();
    expect(() => fx.fftn(x, { s: [2], axes: [0, 1] })).toThrow(/axes/);
    expect(() => fx.fftn(x, { axes: [0, -2] })).toThrow(/different/);
    expect(() => fx.fftfreq(0)).toThrow(fx.ArgumentError);
  });
  it('parts of different shapes', () => expect(() => fx.fft({ real: x, imag: fx.zeros([4, 3]) })).toThrow(fx.ShapeError));
  it('a symbolic axis', () => expect(() => fx.trace((t: Tensor) => [fx.rfft(t).real], [fx.spec('float32', ['n'])])).toThrow(/symbolic/));
});
