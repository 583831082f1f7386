import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs, add, div, equal, exp, greater, greaterEqual, less, log, log1p, logicalAnd, minimum, mul, neg, sqrt, square, sub, where } from '../elementwise.js';
import { elementwiseInFloat64, polynomial } from './elementwise-composite.js';
import { complement, scaledComplement } from './error-function.js';

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/** The density of the standard normal distribution. */
const density = (x: Tensor): Tensor => exp(sub(mul(square(x), -0.5), halfLogTwoPi));

/** The standard normal distribution function (jax.scipy.special.ndtr), with all digits in its left tail. */
export const ndtr = (x: TensorLike): Tensor =>
  elementwiseInFloat64({ name: 'ndtr', value: (t) => mul(complement(mul(t, -Math.SQRT1_2)), 0.5), partials: [([t]) => density(t!)] }, [x]);

/** exp(x^2) erfc(x) for x not negative. */
function scaledRight(x: Tensor): Tensor {
  const far = greaterEqual(x, 1);
  const near = where(far, 0, x);
  return where(far, scaledComplement(where(far, x, 1)), mul(exp(square(near)), complement(near)));
}

/** exp(x^2) erfc(x), without underflow (jax.scipy.special.erfcx). */
export const erfcx = (x: TensorLike): Tensor =>
  elementwiseInFloat64({
    name: 'erfcx',
    value: (t) => {
      const right = scaledRight(abs(t));
      return where(less(t, 0), sub(mul(exp(square(t)), 2), right), right);
    },
    partials: [([t], y) => sub(mul(mul(t!, y), 2), 2 / Math.sqrt(Math.PI))],
  }, [x]);

/** log of the standard normal distribution function, without underflow (jax.scipy.special.log_ndtr). */
export const logNdtr = (x: TensorLike): Tensor =>
  elementwiseInFloat64({
    name: 'logNdtr',
    value: (t) => {
      const isLeft = less(t, -1);
      const left = where(isLeft, t, -1);
      const tail = sub(log(mul(scaledRight(mul(left, -Math.SQRT1_2)), 0.5)), mul(square(left), 0.5));
      return where(isLeft, tail, log1p(mul(complement(mul(where(isLeft, 0, t), Math.SQRT1_2)), -0.5)));
    },
    partials: [([t]) => div(Math.sqrt(2 / Math.PI), erfcx(mul(t!, -Math.SQRT1_2)))],
  }, [x]);

// Cephes `ndtri.c` (S. Moshier): near 1/2 in w^2, further out in 1 / z.
const centreP = [-5.99633501014107895267e1, 9.80010754185999661536e1, -5.66762857469070293439e1, 1.39312609387279679503e1, -1.23916583867381258016];
const centreQ = [1.0, 1.95448858338141759834, 4.67627912898881538453, 8.63602421390890590575e1, -2.25462687854119370527e2, 2.00260212380060660359e2, -8.20372256168333339912e1, 1.59056225126211695515e1, -1.18331621121330003142];
const middleP = [4.05544892305962419923, 3.15251094599893866154e1, 5.71628192246421288162e1, 4.40805073893200834700e1, 1.46849561928858024014e1, 2.18663306850790267539, -1.40256079171354495875e-1, -3.50424626827848203418e-2, -8.57456785154685413611e-4];
const middleQ = [1.0, 1.57799883256466749731e1, 4.53907635128879210584e1, 4.13172038254672030440e1, 1.50425385692907503408e1, 2.50464946208309415979, -1.42182922854787788574e-1, -3.80806407691578277194e-2, -9.33259480895457427372e-4];
const tailP = [3.23774891776946035970, 6.91522889068984211695, 3.93881025292474443415, 1.33303460815807542389, 2.01485389549179081538e-1, 1.23716634817820021358e-2, 3.01581553508235416007e-4, 2.65806974686737550832e-6, 6.23974539184983293730e-9];
const tailQ = [1.0, 6.02427039364742014255, 3.67983563856160859403, 1.37702099489081330271, 2.16236993594496635890e-1, 1.34204006088543189037e-2, 3.28014464682127739104e-4, 2.89247864745380683936e-6, 6.79019408009981274425e-9];

/** The point left of which the probability p <= 1/2 lies, with the opposite sign. */
function quantile(p: Tensor): Tensor {
  const isCentral = greater(p, Math.exp(-2));
  const w = where(isCentral, sub(p, 0.5), 0);
  const ww = square(w);
  const central = mul(add(w, mul(mul(w, ww), div(polynomial(centreP, ww), polynomial(centreQ, ww)))), -Math.sqrt(2 * Math.PI));
  const z = sqrt(mul(log(where(isCentral, 0.1, p)), -2));
  const inverse = div(1, z);
  const first = sub(z, div(log(z), z));
  const middle = div(mul(inverse, polynomial(middleP, inverse)), polynomial(middleQ, inverse));
  const tail = div(mul(inverse, polynomial(tailP, inverse)), polynomial(tailQ, inverse));
  return where(isCentral, central, sub(first, where(less(z, 8), middle, tail)));
}

/** The inverse of the standard normal distribution function: infinite at 0 and 1, NaN outside (jax.scipy.special.ndtri). */
export const ndtri = (p: TensorLike): Tensor =>
  elementwiseInFloat64({
    name: 'ndtri',
    value: (t) => {
      const isInside = logicalAnd(greater(t, 0), less(t, 1));
      const safe = where(isInside, t, 0.5);
      const isRight = greater(safe, 1 - Math.exp(-2));
      const found = quantile(minimum(where(isRight, sub(1, safe), safe), 1 - Math.exp(-2)));
      const outside = where(equal(t, 0), -Infinity, where(equal(t, 1), Infinity, NaN));
      return where(isInside, where(isRight, found, neg(found)), outside);
    },
    partials: [(_, y) => div(1, density(y))],
  }, [p]);
