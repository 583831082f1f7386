import * as fx from '../../../src/index.js';
import type { Tensor } from '../../../src/index.js';
import { at, binary, f64, joined, row, unary, type Rows } from '../row.js';

const positive = [0.5, 2] as const;
const shares = [0.2, 0.8] as const;

/** Special functions (jax.scipy.special), polynomials, interpolation. */
export const specialRows: Rows = {
  i0: unary(fx.i0, -2, 2, [0, 20]),
  i0e: unary(fx.i0e, 0.2, 2, [-700, 700]),
  i1: unary(fx.i1, -2, 2, [0, 20]),
  i1e: unary(fx.i1e, 0.2, 2, [-700, 700]),
  gamma: unary(fx.gamma, 0.6, 4, [-0.5, 10]),
  gammasgn: unary(fx.gammasgn, 0.6, 4),
  multigammaln: unary((x) => fx.multigammaln(x, 2), 1, 4),
  factorial: unary(fx.factorial, 0.6, 4),
  beta: binary(fx.beta, positive, positive),
  betaln: binary(fx.betaln, positive, positive),
  comb: binary(fx.comb, [3, 5], [0.5, 2]),
  poch: binary(fx.poch, positive, positive),
  // JAX has no derivative by the parameters of the incomplete beta function either.
  betainc: row((x) => fx.betainc(1.5, fx.scalar(2.5, 'float64'), x), [f64([3], ...shares)]),
  gammainc: [row((x) => fx.gammainc(fx.scalar(1.5, 'float64'), x), [f64([3], ...positive)]), row((a) => fx.gammainc(a, fx.scalar(1.5, 'float64')), [f64([3], ...positive)], { second: false })],
  gammaincc: [row((x) => fx.gammaincc(fx.scalar(1.5, 'float64'), x), [f64([3], ...positive)]), row((a) => fx.gammaincc(a, fx.scalar(1.5, 'float64')), [f64([3], ...positive)], { second: false })],
  boxcox: binary(fx.boxcox, positive, positive),
  boxcox1p: binary(fx.boxcox1p, positive, positive),
  entr: unary(fx.entr, 0.3, 2),
  klDiv: binary(fx.klDiv, positive, positive),
  relEntr: binary(fx.relEntr, positive, positive),
  xlogy: binary(fx.xlogy, positive, positive),
  xlog1py: binary(fx.xlog1py, positive, positive),
  log1mexp: unary(fx.log1mexp, 0.3, 3, [0.05, 30]),
  logit: unary(fx.logit, 0.2, 0.8),
  erfcx: unary(fx.erfcx, -2, 2, [0, 30]),
  ndtr: unary(fx.ndtr, -2, 2, [0, 30, -30]),
  logNdtr: unary(fx.logNdtr, -2, 2, [0, 30, -30]),
  ndtri: unary(fx.ndtri, 0.2, 0.8),
  polygamma: unary((x) => fx.polygamma(1, x), 0.6, 4),
  // JAX has no derivative by the exponent either.
  zeta: row((q) => fx.zeta(fx.scalar(2.5, 'float64'), q), [f64([3], 0.6, 4)]),
  sparsePlus: unary(fx.sparsePlus, -0.8, 0.8, [-3, 3]),
  sparseSigmoid: unary(fx.sparseSigmoid, -0.8, 0.8, [-3, 3]),
  logmeanexp: [row((x) => fx.logmeanexp(x, { axis: 1 }), [f64([2, 3])]), row((x) => fx.logmeanexp(x), [at([700, -700, 699])], { tolerance: 1e-5 })],

  expi: unary(fx.expi, 0.3, 5, [-2, 0.5, 9, 20]),
  exp1: unary(fx.exp1, 0.3, 5, [0.999, 1.001, 20]),
  expn: [0, 1, 2, 5].map((n) => row((x: Tensor) => fx.expn(n, x), [f64([3], 0.3, 3)], n === 0 ? { second: false } : {})),
  sici: row((x) => joined(...fx.sici(x)), [at([0.3, 3.9, 4.1, 7.9, 8.1, 30])]),
  fresnel: row((x) => joined(...fx.fresnel(x)), [at([-2, -0.3, 0, 0.3, 1.6, 1.7, 3])]),
  dawsn: unary(fx.dawsn, -3, 3, [0, 3.2, 3.3, 6.2, 6.3, 20]),
  spence: unary(fx.spence, 0.2, 0.9, [0.499, 0.501, 1.2, 1.499, 1.501, 1.9, 2.1, 30]),
  owensT: [...binary(fx.owensT, [-2, 2], shares), row((h: Tensor, a: Tensor) => fx.owensT(h, a), [at([0, 0.3, 1, 2]), at([0.5, 2, -3, 40])])],
  hyp1f1: [
    row((x: Tensor) => fx.hyp1f1(1.3, 2.1, x), [at([-600, -20, -1, 0, 0.5, 3, 20])], { tolerance: 1e-5 }),
    row((a: Tensor, b: Tensor) => fx.hyp1f1(a, b, fx.tensor([-700, -3, 0.4, 9], { dtype: 'float64' })), [at([0.7, 1.2, 2.5, -1.5]), at([1.9, 0.6, 1.2, 2.2])], { second: false, tolerance: 1e-5 }),
  ],
  besselJn: row((x) => fx.besselJn(x, { v: 2 }), [at([-3, -0.5, 0, 0.7, 1.2, 9])]),

  interp: row((x: Tensor, y: Tensor) => fx.interp(x, fx.tensor([-2, 0, 1, 3], { dtype: 'float64' }), y), [f64([3]), f64([4])]),
  convolve: row((x, y) => fx.convolve(x, y), [f64([4]), f64([3])]),
  correlate: row((x, y) => fx.correlate(x, y), [f64([4]), f64([3])]),
  polyadd: row((x, y) => fx.square(fx.polyadd(x, y)), [f64([4]), f64([3])]),
  polysub: row((x, y) => fx.square(fx.polysub(x, y)), [f64([4]), f64([3])]),
  polymul: row((x, y) => fx.polymul(x, y), [f64([4]), f64([3])]),
  polydiv: row((x, y) => joined(...fx.polydiv(x, y)), [f64([4]), f64([2], 0.5, 2)]),
  polyder: row((x) => fx.square(fx.polyder(x)), [f64([4])]),
  polyint: row((x) => fx.square(fx.polyint(x)), [f64([4])]),
  polyval: row((c, x) => fx.polyval(c, x), [f64([4]), f64([3])]),
};
