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
