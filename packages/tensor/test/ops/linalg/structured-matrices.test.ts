import { describe, expect, it } from 'vitest';
import * as fx from '../../../src/index.js';

const numbersOf = (x: fx.Tensor): number[] => Array.from(x.data() as Float64Array);
const expectNear = (found: fx.Tensor, wanted: fx.Tensor): void => {
  expect(found.shape).toEqual(wanted.shape);
  numbersOf(found).forEach((value, i) => expect(value).toBeCloseTo(numbersOf(wanted)[i]!, 9));
};
const f64 = (values: fx.NestedArray): fx.Tensor => fx.tensor(values, { dtype: 'float64' });

describe('matrices of known numbers', () => {
  it('are the inverses of each other: Hilbert, Pascal', () => {
    expectNear(fx.matmul(fx.hilbert(5, 'float64'), fx.invhilbert(5, 'float64')), fx.eye(5, 5, 0, 'float64'));
    for (const kind of ['symmetric', 'lower', 'upper'] as const) expectNear(fx.matmul(fx.pascal(6, { kind, dtype: 'float64' }), fx.invpascal(6, { kind, dtype: 'float64' })), fx.eye(6, 6, 0, 'float64'));
  });
  it('are orthogonal: Helmert, and Hadamard up to the size', () => {
    const helmert = fx.helmert(5, { full: true, dtype: 'float64' });
    expectNear(fx.matmul(helmert, fx.transpose(helmert)), fx.eye(5, 5, 0, 'float64'));
    const hadamard = fx.hadamard(8, 'float64');
    expectNear(fx.matmul(hadamard, fx.transpose(hadamard)), fx.mul(fx.eye(8, 8, 0, 'float64'), 8));
  });
  it('is what a Fourier transform multiplies by: dft', () => {
    const x = f64([1, -2, 0.5, 3, 1]);
    const { real, imag } = fx.dft(5, { dtype: 'float64' });
    const found = fx.fft({ real: x, imag: fx.zerosLike(x) });
    expectNear(fx.matmul(real, x), found.real);
    expectNear(fx.matmul(imag, x), found.imag);
  });
  it('need sizes that they have', () => {
    expect(() => fx.hadamard(6)).toThrow(/hadamard: `n` must be a power of 2, found 6/);
    expect(() => fx.helmert(0)).toThrow(/helmert: `n` must be a whole number from 1 on/);
    expect(() => fx.hilbert(1.5)).toThrow(/hilbert: `n` must be a whole number from 0 on/);
  });
});

describe('matrices of vectors', () => {
  it('have the characteristic polynomial that they are made of: companion, fiedlerCompanion', () => {
    const roots = [1, -2, 0.5, 3];
    const coefficients = fx.poly(f64(roots));
    for (const matrix of [fx.companion(coefficients), fx.fiedlerCompanion(coefficients)]) {
      for (const root of roots) expect(Math.abs(fx.det(fx.sub(matrix, fx.mul(fx.eye(4, 4, 0, 'float64'), root))).item() as number)).toBeLessThan(1e-12);
      expect(fx.det(matrix).item()).toBeCloseTo(-3, 12);
    }
  });
  it('multiply as a convolution: convolutionMatrix', () => {
    const [x, y] = [f64([1, -2, 0.5]), f64([3, 1, 4, 1, 5])];
    for (const mode of ['full', 'same', 'valid'] as const) expectNear(fx.matmul(fx.convolutionMatrix(x, 5, { mode }), y), fx.convolve(x, y, { mode }));
  });
});

describe('factors and equations', () => {
  const a = f64([[2, 1, 0], [-1, 3, 1], [0.5, 0, 4]]);
  it('polar: an orthogonal and a symmetric factor, whose product is the matrix', () => {
    for (const side of ['right', 'left'] as const) {
      const [u, p] = fx.polar(a, { side });
      expectNear(side === 'right' ? fx.matmul(u, p) : fx.matmul(p, u), a);
      expectNear(fx.matmul(u, fx.transpose(u)), fx.eye(3, 3, 0, 'float64'));
      expectNear(p, fx.transpose(p));
    }
  });
  it('eighTridiagonal: the eigenvalues and vectors of the matrix, or some of them', () => {
    const [values, vectors] = fx.eighTridiagonal(f64([1, 2, 3]), f64([0.5, -1]));
    expectNear(fx.matmul(f64([[1, 0.5, 0], [0.5, 2, -1], [0, -1, 3]]), vectors), fx.mul(vectors, values));
    expectNear(fx.eighTridiagonal(f64([1, 2, 3]), f64([0.5, -1]), { eigvalsOnly: true, selectRange: [1, 2] }), fx.sliceAxis(values, 0, 1, 3));
    expect(fx.eighTridiagonal(f64([7]), f64([]), { eigvalsOnly: true }).toArray()).toEqual([7]);
    expect(() => fx.eighTridiagonal(f64([1, 2]), f64([1, 2]))).toThrow(/needs vectors \(n,\) and \(n - 1,\)/);
    expect(() => fx.eighTridiagonal(f64([1, 2]), f64([1]), { selectRange: [1, 2] })).toThrow(/`selectRange` must be two places from 0 to 1/);
  });
  it('solveSylvester: a x + x b = c, for each of a batch that broadcasts', () => {
    const b = f64([[1, 2], [0, -0.5]]);
    const c = fx.reshape(fx.linspace(-1, 3, 12, { dtype: 'float64' }), [2, 3, 2]);
    const x = fx.solveSylvester(a, b, c);
    expectNear(fx.add(fx.matmul(a, x), fx.matmul(x, b)), c);
    expect(() => fx.solveSylvester(a, b, fx.zeros([2, 2]))).toThrow(/needs a \(..., m, m\), b \(..., n, n\) and c \(..., m, n\)/);
  });
  it('qrMultiply: Q from the left or the right, without Q', () => {
    const [q, r] = fx.qr(a);
    const c = f64([[1, 2, 3], [0, 1, -1]]);
    const [product, triangle] = fx.qrMultiply(a, c);
    expectNear(product, fx.matmul(c, q));
    expectNear(triangle, r);
    expectNear(fx.qrMultiply(a, f64([1, 2, 3]), { mode: 'left' })[0], fx.matmul(q, f64([1, 2, 3])));
    expect(() => fx.qrMultiply(a, f64([1, 2]))).toThrow(/needs 3 columns of c/);
  });
});
