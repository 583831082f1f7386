/** Functions that tensors have as methods, with the tensor itself as first argument: `x.sum({ axis: 0 })` is `sum(x, { axis: 0 })`. */
import { argsort, sort, take, takeAlongAxis } from '../ops/indexing.js';
import { at, index } from '../ops/index/index.js';
import { dot, matmul } from '../ops/contract.js';
import { diagonal, matrixTrace } from '../ops/arrange/make.js';
import { floorDivide, mod } from '../ops/division.js';
import {
  abs, add, astype, clip, cos, div, equal, erf, exp, expm1, greater, greaterEqual, isfinite, isinf, isnan, less, lessEqual, log, log1p, logicalAnd, logicalNot, logicalOr, maximum, minimum, mul, neg,
  notEqual, pow, reciprocal, round, sigmoid, sign, sin, sqrt, square, sub, tanh,
} from '../ops/elementwise.js';
import { ptp } from '../ops/statistics/average.js';
import { all, any, argmax, argmin, cumprod, cumsum, logsumexp, max, mean, min, prod, std, sum, variance } from '../ops/reduce.js';
import { flip, repeat, roll, tile } from '../ops/rearrange.js';
import { broadcastTo, expandDims, moveaxis, ravel, reshape, split, squeeze, swapaxes, transpose } from '../ops/shape.js';

export const methods = {
  add, sub, mul, div, mod, floorDivide, pow, neg, abs, sign, square, sqrt, reciprocal, maximum, minimum, clip, round,
  exp, expm1, log, log1p, sin, cos, tanh, sigmoid, erf,
  equal, notEqual, less, lessEqual, greater, greaterEqual, logicalAnd, logicalOr, logicalNot, isnan, isinf, isfinite,
  matmul, dot,
  sum, prod, max, min, mean, variance, std, ptp, all, any, argmax, argmin, cumsum, cumprod, logsumexp,
  sort, argsort, take, takeAlongAxis, at, index,
  reshape, ravel, flatten: ravel, transpose, swapaxes, moveaxis, expandDims, squeeze, broadcastTo, split, flip, roll, tile, repeat, diagonal, trace: matrixTrace,
  astype,
};

type WithoutFirst<F> = F extends (first: infer _First, ...rest: infer Rest) => infer Result ? (...rest: Rest) => Result : never;

/** The methods as they are called. */
export type TensorMethods = { readonly [Name in keyof typeof methods]: WithoutFirst<(typeof methods)[Name]> };
