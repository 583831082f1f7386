import * as fx from '../../../src/index.js';
import type { Tensor } from '../../../src/index.js';
import { at, f64, joined, parts, row, type Rows } from '../row.js';
import type { TensorFunction } from '../../transforms/differences.js';

const convolution = (options: Omit<fx.ConvOptions, 'dimensionNumbers'>): TensorFunction => (x, w) => fx.convGeneralDilated(x, w, options);
const pair = (f: (x: fx.ComplexPair) => Tensor): TensorFunction => (real, imag) => f({ real: real!, imag: imag! });
/** Well conditioned: near the identity. */
const near = (x: Tensor): Tensor => fx.add(fx.mul(x, 0.3), fx.eye(3, 3, 0, 'float64'));
const spd = (x: Tensor): Tensor => fx.add(fx.matmul(x, fx.transpose(x)), fx.eye(3, 3, 0, 'float64'));
const symmetric = (x: Tensor): Tensor => fx.add(fx.add(x, fx.transpose(x)), fx.diag(fx.tensor([1, 4, 9], { dtype: 'float64' })));
const square3 = f64([3, 3]);
const signless = (x: Tensor): Tensor => fx.square(x);

/** Products, convolutions, windows, Fourier transforms, linear algebra. */
export const productRows: Rows = {
  matmul: [row(fx.matmul, [f64([2, 3]), f64([3, 4])]), row(fx.matmul, [f64([3]), f64([3, 2])]), row(fx.matmul, [f64([2, 1, 2, 3]), f64([4, 3, 2])])],
  dot: row(fx.dot, [f64([2, 3]), f64([3])]),
  vdot: row(fx.vdot, [f64([2, 3]), f64([2, 3])]),
  inner: row(fx.inner, [f64([2, 3]), f64([4, 3])]),
  matvec: row(fx.matvec, [f64([2, 3, 2]), f64([2])]),
  vecmat: row(fx.vecmat, [f64([3]), f64([2, 3, 2])]),
  vectorNorm: row((x) => fx.vectorNorm(x, { ord: 3, axis: [0, 2] }), [f64([2, 2, 3])]),
  matrixNorm: [row((x) => fx.matrixNorm(x), [f64([2, 2, 3])]), row((x) => fx.matrixNorm(near(x), { ord: 'nuc' }), [square3])],
  conditionNumber: [row((x) => fx.conditionNumber(near(x)), [square3]), row((x) => fx.conditionNumber(near(x), { ord: 'fro' }), [square3])],
  tensorinv: row((x) => fx.tensorinv(fx.reshape(fx.add(fx.mul(x, 0.3), fx.eye(4, 4, 0, 'float64')), [2, 2, 4])), [f64([4, 4])]),
  tensorsolve: row((x, y) => fx.tensorsolve(fx.reshape(fx.add(fx.mul(x, 0.3), fx.eye(4, 4, 0, 'float64')), [2, 2, 4]), y), [f64([4, 4]), f64([2, 2])]),
  toeplitz: row((x, y) => fx.square(fx.toeplitz(x, y)), [f64([3]), f64([2])]),
  hankel: row((x, y) => fx.square(fx.hankel(x, y)), [f64([3]), f64([2])]),
  circulant: row((x) => fx.square(fx.circulant(x)), [f64([3])]),
  blockDiag: row((x, y) => fx.square(fx.blockDiag(x, y)), [f64([2, 1]), f64([2])]),
  companion: row((x) => fx.square(fx.companion(x)), [f64([4], 0.5, 1.5)]),
  convolutionMatrix: row((x) => fx.square(fx.convolutionMatrix(x, 4)), [f64([3])]),
  fiedler: row((x) => fx.square(fx.fiedler(x)), [f64([4])]),
  fiedlerCompanion: row((x) => fx.square(fx.fiedlerCompanion(x)), [f64([5], 0.5, 1.5)]),
  leslie: row((x, y) => fx.square(fx.leslie(x, y)), [f64([4]), f64([3])]),
  eighTridiagonal: row((d, e) => joined(...fx.eighTridiagonal(d, e).map(signless)), [at([1, 4, 9]), f64([2])], { tolerance: 1e-5 }),
  polar: row((x) => joined(...fx.polar(fx.add(near(x), fx.diag(fx.tensor([0, 2, 5], { dtype: 'float64' }))))), [square3], { tolerance: 1e-5 }),
  qrMultiply: row((x, c) => joined(...fx.qrMultiply(near(x), c)), [square3, f64([2, 3])]),
  solveSylvester: row((a, b, c) => fx.solveSylvester(near(a), near(b), c), [square3, f64([3, 3], -1, 1, 5), f64([3, 3])], { tolerance: 1e-5 }),
  poly: row((x) => fx.poly(x), [f64([3])]),
  polyfit: row((x, y) => fx.polyfit(x, y, 1), [at([-1, 0.3, 0.9, 2]), f64([4])], { tolerance: 1e-5 }),
  vecdot: row((x, y) => fx.vecdot(x, y), [f64([2, 3]), f64([2, 3])]),
  outer: row(fx.outer, [f64([2]), f64([3])]),
  kron: row(fx.kron, [f64([2, 2]), f64([1, 3])]),
  cross: row((x, y) => fx.cross(x, y), [f64([2, 3]), f64([2, 3])]),
  tensordot: row((x, y) => fx.tensordot(x, y, [[0, 2], [1, 0]]), [f64([2, 3, 4]), f64([4, 2])]),
  dotGeneral: row((x, y) => fx.dotGeneral(x, y, { lhsContract: [2], rhsContract: [1], lhsBatch: [0], rhsBatch: [0] }), [f64([2, 3, 2]), f64([2, 2, 2])]),
  einsum: [row((x, y) => fx.einsum('bij,bjk->kbi', x, y), [f64([2, 3, 2]), f64([2, 2, 4])]), row((x, y, z) => fx.einsum('iij,jk,k->i', x, y, z), [f64([2, 2, 3]), f64([3, 2]), f64([2])])],
  multiDot: row((x, y, z) => fx.multiDot([x, y, z]), [f64([2, 3]), f64([3, 2]), f64([2, 2])]),
  matrixPower: row((x) => fx.matrixPower(x, 3), [f64([2, 2])]),
  matrixTrace: row((x) => fx.matrixTrace(fx.square(x)), [f64([2, 3])]),

  convGeneralDilated: [
    row(convolution({ padding: 'SAME' }), [f64([2, 2, 5]), f64([3, 2, 3])]),
    row(convolution({ padding: [[2, 1], [0, 1]], windowStrides: [2, 1], rhsDilation: [1, 2] }), [f64([1, 2, 5, 6]), f64([2, 2, 3, 2])]),
    row(convolution({ padding: [[1, 1]], featureGroupCount: 2, lhsDilation: [2] }), [f64([2, 4, 4]), f64([6, 2, 3])]),
    row(convolution({ padding: 'VALID', batchGroupCount: 2 }), [f64([4, 2, 5]), f64([4, 2, 2])]),
    row(convolution({ padding: [[-1, 2]] }), [f64([1, 2, 6]), f64([2, 2, 2])]),
  ],
  conv: row((x, w) => fx.conv(x, w, { windowStrides: [1], padding: 'SAME' }), [f64([1, 2, 4]), f64([2, 2, 3])]),
  convWithGeneralPadding: row((x, w) => fx.convWithGeneralPadding(x, w, { windowStrides: [1], padding: [[1, 0]] }), [f64([1, 2, 4]), f64([2, 2, 3])]),
  convTranspose: row((x, w) => fx.convTranspose(x, w, { strides: [2], padding: 'SAME' }), [f64([1, 3, 2]), f64([3, 2, 2])]),
  convGeneralDilatedPatches: row((x) => fx.square(fx.convGeneralDilatedPatches(x, { filterShape: [2], windowStrides: [1], padding: 'VALID' })), [f64([1, 2, 4])]),
  convGeneralDilatedLocal: row((x, w) => fx.convGeneralDilatedLocal(x, w, { filterShape: [2], windowStrides: [1], padding: 'VALID' }), [f64([1, 2, 3]), f64([2, 4, 2])]),
  reduceWindow: row((x) => fx.reduceWindow(fx.square(x), 0, 'sum', { windowDimensions: [2], windowStrides: [1], padding: 'VALID' }), [f64([4])]),
  pool: row((x) => fx.pool(fx.square(x), 0, 'sum', { windowShape: [2] }), [f64([1, 4, 1])]),
  avgPool: row((x) => fx.avgPool(fx.square(x), { windowShape: [2] }), [f64([1, 4, 1])]),
  maxPool: row((x) => fx.square(fx.maxPool(x, { windowShape: [2] })), [f64([1, 4, 1])]),
  minPool: row((x) => fx.square(fx.minPool(x, { windowShape: [2] })), [f64([1, 4, 1])]),

  fft: row(pair((x) => parts(fx.fft(x))), [f64([5]), f64([5])]),
  ifft: row(pair((x) => parts(fx.ifft(x))), [f64([4]), f64([4])]),
  fft2: row(pair((x) => parts(fx.fft2(x))), [f64([2, 3]), f64([2, 3])]),
  ifft2: row(pair((x) => parts(fx.ifft2(x))), [f64([2, 3]), f64([2, 3])]),
  fftn: row(pair((x) => parts(fx.fftn(x))), [f64([2, 3]), f64([2, 3])]),
  ifftn: row(pair((x) => parts(fx.ifftn(x))), [f64([2, 3]), f64([2, 3])]),
  rfft: row((x) => parts(fx.rfft(x)), [f64([5])]),
  irfft: row(pair((x) => fx.irfft(x)), [f64([3]), f64([3])]),
  rfft2: row((x) => parts(fx.rfft2(x)), [f64([2, 4])]),
  irfft2: row(pair((x) => fx.irfft2(x)), [f64([2, 3]), f64([2, 3])]),
  rfftn: row((x) => parts(fx.rfftn(x)), [f64([2, 4])]),
  irfftn: row(pair((x) => fx.irfftn(x)), [f64([2, 3]), f64([2, 3])]),
  hfft: row(pair((x) => fx.hfft(x)), [f64([3]), f64([3])]),
  ihfft: row((x) => parts(fx.ihfft(x)), [f64([4])]),
  fftshift: row((x) => fx.square(fx.fftshift(x)), [f64([5])]),
  ifftshift: row((x) => fx.square(fx.ifftshift(x)), [f64([5])]),

  cholesky: row((x) => fx.cholesky(spd(x)), [square3]),
  choFactor: row((x) => fx.tril(fx.choFactor(spd(x), { lower: true })[0]), [square3]),
  choSolve: row((x, b) => fx.choSolve(fx.choFactor(spd(x)), b), [square3, f64([3])]),
  det: row((x) => fx.det(near(x)), [square3]),
  slogdet: row((x) => fx.slogdet(near(x))[1], [square3]),
  lu: row((x) => joined(...fx.lu(near(x)).slice(1)), [square3]),
  luFactor: row((x) => fx.luFactor(near(x))[0], [square3]),
  luSolve: row((x, b) => fx.luSolve(fx.luFactor(near(x)), b), [square3, f64([3])]),
  solve: row((x, b) => fx.solve(near(x), b), [square3, f64([3])]),
  inv: row((x) => fx.inv(near(x)), [square3]),
  pinv: row((x) => fx.pinv(x), [f64([3, 2])], { tolerance: 1e-5 }),
  lstsq: row((x, b) => fx.lstsq(x, b)[0], [f64([3, 2]), f64([3])], { tolerance: 1e-5 }),
  solveTriangular: row((x, b) => fx.solveTriangular(near(x), b, { lower: true }), [square3, f64([3])]),
  triangularSolve: row((x, b) => fx.triangularSolve(near(x), b, { leftSide: true, lower: true }), [square3, f64([3, 2])]),
  qr: row((x) => joined(...fx.qr(near(x))), [square3]),
  svd: row((x) => joined(...fx.svd(fx.add(near(x), fx.diag(fx.tensor([0, 2, 5], { dtype: 'float64' }))), { fullMatrices: false }).map(signless)), [square3], { tolerance: 1e-5 }),
  svdvals: row((x) => fx.svdvals(x), [f64([3, 2])], { tolerance: 1e-5 }),
  eigh: row((x) => joined(...fx.eigh(symmetric(x)).map(signless)), [square3], { tolerance: 1e-5 }),
  eigvalsh: row((x) => fx.eigvalsh(symmetric(x)), [square3], { tolerance: 1e-5 }),
  expm: row((x) => fx.expm(x), [f64([2, 2])]),
};
