export { eulerGamma } from './constants.js';
export { frexp, ldexp, nextafter, spacing } from './exponent.js';
export { bitwiseCount, clz, gcd, lcm, populationCount } from './integer.js';
export { mulhi } from './high-product.js';
export { divmod, fmod, modf, rint } from './rounding.js';
export { allclose, arrayEqual, arrayEquiv, deg2rad, degrees, floatPower, isclose, logaddexp2, nanToNum, rad2deg, radians, sinc, type CloseOptions, type NanToNumOptions } from './scalar-functions.js';
export { copysign, fabs, fmax, fmin, heaviside, hypot, isneginf, isposinf, positive, signbit } from './sign.js';
