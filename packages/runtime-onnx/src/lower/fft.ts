/**
 * Fourier transforms. ONNX Runtime's `DFT` (1.30) is fast and exact for powers of two; for other lengths it takes O(n^2) with
 * angles so large that float32 keeps three digits at n = 500 (measured). So short transforms are products with a matrix, powers of two are the operator,
 * and other long ones go through it by Bluestein's method.
 */
import { bind, type Dtype, eye, tensor, type Tensor, zeros } from '@flaxon/tensor';
import { add, mul, scalarValue, sub } from '../emit/arithmetic.js';
import { concat, gather, insertAxes, pad, reshape, slice, transpose } from '../emit/layout.js';
import { tensorData } from '../graph/constants.js';
import type { GraphBuilder } from '../graph/builder.js';
import { int, type Value } from '../graph/graph.js';
import type { Lowering, LoweringTable } from './context.js';
import { exact, type Lowered, materialize } from './lowered.js';

/** Real and imaginary parts, (rows..., n); an imaginary part that is not there is zero. */
interface Parts {
  readonly real: Value;
  readonly imag: Value | undefined;
}

interface Wanted {
  readonly real: boolean;
  readonly imag: boolean;
}

/** The longest transforms by a matrix: up to these it takes no more time than the operator (4 rows, float32). */
const longestProduct = { powerOfTwo: 64, other: 256 };

const isPowerOfTwo = (n: number): boolean => (n & (n - 1)) === 0;

/** The numbers of Fourier's matrix, (n, n), symmetric. */
function fourierMatrix(n: number, inverse: boolean): readonly [real: Tensor, imag: Tensor] {
  const [real, imag] = bind('dft', [eye(n, n, 0, 'float64'), zeros([n, n], 'float64')], { axis: 1, inverse });
  return [real!, imag!];
}

const floats = (b: GraphBuilder, dtype: Dtype, shape: readonly number[], elements: readonly number[]): Value => b.constant(tensorData(dtype, shape, elements));

/** (real, imag) times ((Fr, Fi), (-Fi, Fr)), of which only what is there and what is wanted is written down. */
function byMatrix(b: GraphBuilder, { real, imag }: Parts, n: number, inverse: boolean, wanted: Wanted): Parts {
  const [fr, fi] = fourierMatrix(n, inverse).map((part) => Array.from(part.data(), Number));
  const row = (j: number, fromImag: boolean): number[] => {
    const [r, i] = [fr!.slice(j * n, j * n + n), fi!.slice(j * n, j * n + n)];
    return [...(wanted.real ? (fromImag ? i.map((one) => -one) : r) : []), ...(wanted.imag ? (fromImag ? r : i) : [])];
  };
  const indices = Array.from({ length: n }, (_, j) => j);
  const rows = [...indices.map((j) => row(j, false)), ...(imag ? indices.map((j) => row(j, true)) : [])];
  const matrix = floats(b, real.dtype, [rows.length, rows[0]!.length], rows.flat());
  const operand = imag ? concat(b, [real, imag], real.shape.length - 1) : real;
  const shape = [...real.shape.slice(0, -1), rows[0]!.length];
  const product = b.node('MatMul', [operand, matrix], { dtype: real.dtype, shape });
  if (!wanted.real || !wanted.imag) return { real: product, imag: product };
  const part = { dtype: real.dtype, shape: real.shape };
  const [first, second] = b.nodes('Split', [product, b.int64s([n, n])], [part, part], { axis: int(shape.length - 1) });
  return { real: first!, imag: second };
}

/** The operator, for a power of two. An inverse exchanges the parts before and after, so that nothing is divided. */
function byOperator(b: GraphBuilder, parts: Parts, inverse: boolean): { readonly real: Value; readonly imag: Value } {
  const { real } = parts;
  const rank = real.shape.length;
  const imag = parts.imag ?? (inverse ? materialize(b, { value: floats(b, real.dtype, [], [0]), shape: real.shape }) : undefined);
  const [first, second] = inverse ? [imag!, real] : [real, imag];
  const stacked = second ? concat(b, [insertAxes(b, first, [rank]), insertAxes(b, second, [rank])], rank) : insertAxes(b, first, [rank]);
  const output = { dtype: real.dtype, shape: [...real.shape, 2] };
  const transformed = b.opset >= 20
    ? b.node('DFT', [stacked, undefined, reshape(b, b.int64s([rank - 1]), [])], output)
    : b.node('DFT', [stacked], output, { axis: int(rank - 1) });
  const part = (at: number): Value => gather(b, transformed, reshape(b, b.int64s([at]), []), rank);
  return inverse ? { real: part(1), imag: part(0) } : { real: part(0), imag: part(1) };
}

/** (a + ib) (c + id) with constants c and d; an imaginary part that is not there is zero. */
function timesConstant(b: GraphBuilder, { real, imag }: Parts, c: Value, d: Value): { readonly real: Value; readonly imag: Value } {
  if (!imag) return { real: mul(b, real, c), imag: mul(b, real, d) };
  return { real: sub(b, mul(b, real, c), mul(b, imag, d)), imag: add(b, mul(b, real, d), mul(b, imag, c)) };
}

/** A convolution with a chirp, by transforms of a power of two. */
function byChirp(b: GraphBuilder, parts: Parts, n: number, inverse: boolean): Parts {
  const { dtype } = parts.real;
  const size = 2 ** Math.ceil(Math.log2(2 * n - 1));
  const angles = Array.from({ length: n }, (_, k) => ((inverse ? 1 : -1) * Math.PI * ((k * k) % (2 * n))) / n);
  const chirp = [floats(b, dtype, [n], angles.map(Math.cos)), floats(b, dtype, [n], angles.map(Math.sin))] as const;
  const around = (f: (angle: number) => number): Tensor => {
    const kernel = new Float64Array(size);
    angles.forEach((angle, k) => { kernel[k] = f(-angle); kernel[(size - k) % size] = f(-angle); });
    return tensor(kernel);
  };
  const spectrum = bind('dft', [around(Math.cos), around(Math.sin)], { axis: 0, inverse: false }).map((part) => floats(b, dtype, [size], Array.from(part.data(), Number).map((one) => one / size)));
  const turned = timesConstant(b, parts, ...chirp);
  const rank = turned.real.shape.length;
  const zeroes = Array.from({ length: rank }, () => 0);
  const fill = zeroes.map((_, axis) => (axis === rank - 1 ? size - n : 0));
  const padded = { real: pad(b, turned.real, zeroes, fill), imag: pad(b, turned.imag, zeroes, fill) };
  const product = timesConstant(b, byOperator(b, padded, false), spectrum[0]!, spectrum[1]!);
  const whole = byOperator(b, product, true);
  const cut = (x: Value): Value => slice(b, x, [{ axis: rank - 1, start: 0, end: n, size: n }]);
  return timesConstant(b, { real: cut(whole.real), imag: cut(whole.imag) }, ...chirp);
}

function transformLast(b: GraphBuilder, parts: Parts, n: number, inverse: boolean, wanted: Wanted): Parts {
  if (n <= (isPowerOfTwo(n) ? longestProduct.powerOfTwo : longestProduct.other)) return byMatrix(b, parts, n, inverse, wanted);
  return isPowerOfTwo(n) ? byOperator(b, parts, inverse) : byChirp(b, parts, n, inverse);
}

const isZero = ({ value }: Lowered): boolean => scalarValue(value) === 0;

const dft: Lowering<'dft'> = (context, equation, [lhs, rhs]) => {
  const b = context.builder;
  const { params: { axis, inverse }, outputs } = equation;
  const { shape } = outputs[0]!;
  const n = shape[axis] as number;
  if (n === 1) return [lhs!, rhs!];
  const rank = shape.length;
  const order = [...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis), axis];
  const last = (x: Lowered): Value => transpose(b, materialize(b, x), order);
  const parts: Parts = { real: last(lhs!), imag: isZero(rhs!) ? undefined : last(rhs!) };
  const wanted: Wanted = { real: context.usesOf(outputs[0]!).length > 0, imag: context.usesOf(outputs[1]!).length > 0 };
  const result = transformLast(b, parts, n, inverse, wanted.real || wanted.imag ? wanted : { real: true, imag: true });
  const back = order.map((_, i) => order.indexOf(i));
  return [exact(transpose(b, result.real, back)), exact(transpose(b, result.imag!, back))];
};

export const fftLowerings: LoweringTable<'dft'> = { dft };
