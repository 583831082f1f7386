import { add, ArgumentError, astype, choFactor, choSolve, expandDims, eye, formatShape, full, grad, linearize, matmul, mul, ShapeError, sqrt, squeeze, sub, sum, transpose, vjp, vmap, type Tensor, type Tree } from '@flaxon/tensor';
import { checkOptions, requireNumber } from '../arguments.js';
import { scalarDtype } from '../leaves.js';
import { treeAddScale } from '../tree-math.js';
import { fromVector, toVector } from '../vector.js';
import { cg, type CgOptions } from './cg.js';

/** What is differentiated: the logarithms of amplitudes or probabilities of samples (n, ...), a vector (n). */
export type LogAmplitude<Params extends Tree<Tensor> = Tree<Tensor>> = (params: Params, samples: Tensor) => Tensor;

export interface NaturalGradientOptions {
  /** What is added to the diagonal of S, 0.01 by default. */
  readonly diagShift?: number | Tensor;
  /** The weight of each sample, (n), which sum up to 1; by default all count the same. */
  readonly weights?: Tensor;
  /**
   * 'dense' (the default) forms the matrix of derivatives, (n, parameters), and solves by Cholesky's method; 'onTheFly' applies S by a Jacobian
   * product in either direction and solves by conjugate gradients, in no more memory than a gradient needs (NetKet: `QGTJacobianDense`, `QGTOnTheFly`).
   */
  readonly method?: 'dense' | 'onTheFly';
  /** For 'onTheFly'. */
  readonly solver?: CgOptions;
}

interface Settings {
  readonly diagShift: number | Tensor;
  readonly weights: Tensor;
  readonly isDense: boolean;
  readonly solver: CgOptions;
}

function settingsOf(operation: string, params: Tree<Tensor>, samples: Tensor, { diagShift = 0.01, weights, method = 'dense', solver = {}, ...rest }: NaturalGradientOptions): Settings {
  checkOptions(operation, rest, ['diagShift', 'weights', 'method', 'solver']);
  if (typeof diagShift === 'number') requireNumber(operation, 'diagShift', diagShift);
  if (method !== 'dense' && method !== 'onTheFly') throw new ArgumentError(operation, 'method', `must be 'dense' or 'onTheFly', found ${JSON.stringify(method)}`);
  const [count] = samples.shape;
  if (typeof count !== 'number') throw new ShapeError(operation, [formatShape(samples.shape)], 'the samples must be (n, ...), n a number');
  requireNumberForEach(operation, weights, count);
  return { diagShift, weights: weights ?? full([count], 1 / count, scalarDtype(params)), isDense: method === 'dense', solver };
}

/** @throws ShapeError where `given` is not one number for each sample */
function requireNumberForEach(operation: string, given: Tensor | undefined, count: number): void {
  if (given !== undefined && formatShape(given.shape) !== formatShape([count])) throw new ShapeError(operation, [formatShape(given.shape)], `there must be one number for each sample: (${count})`);
}

/**
 * S times a tree like the parameters, where S is the covariance of the derivatives of `f` by them over the samples (Fisher's information of a
 * distribution, the quantum geometric tensor of a state; NetKet: `QGTOnTheFly`): by one Jacobian product forwards and one back.
 * @throws ShapeError
 */
export function geometricTensor<Params extends Tree<Tensor>>(f: LogAmplitude<Params>, params: Params, samples: Tensor, { weights }: { readonly weights?: Tensor } = {}): (tangent: Params) => Params {
  const settings = settingsOf('geometricTensor', params, samples, weights === undefined ? {} : { weights });
  const [values, push] = linearize((given: Params) => f(given, samples), params);
  requireNumberForEach('geometricTensor', values, samples.shape[0] as number);
  const [, pull] = vjp((given: Params) => f(given, samples), params);
  return (tangent) => pull(centred(push(tangent), settings.weights))[0] as Params;
}

/** The weights times what values differ by from their mean. */
const centred = (values: Tensor, weights: Tensor): Tensor => mul(weights, sub(values, sum(mul(weights, values))));

/** The derivatives by all parameters less their means, each row times the root of its weight: X (n, parameters), with S = X^T X. */
function centredJacobian<Params extends Tree<Tensor>>(f: LogAmplitude<Params>, params: Params, samples: Tensor, weights: Tensor): Tensor {
  const single = (sample: Tensor): Tensor => toVector(grad((given: Params) => squeeze(f(given, expandDims(sample, 0)), 0))(params) as Params);
  const derivatives = vmap(single)(samples) as Tensor;
  return mul(expandDims(sqrt(weights), 1), sub(derivatives, matmul(weights, derivatives)));
}

/** x with (matrix + shift) x = right, of a matrix without negative eigenvalues. */
function solveShifted(matrix: Tensor, right: Tensor, shift: number | Tensor): Tensor {
  const size = matrix.shape[0] as number;
  return choSolve(choFactor(add(matrix, mul(eye(size, size, 0, matrix.dtype), typeof shift === 'number' ? shift : astype(shift, matrix.dtype)))), right);
}

function solveOnTheFly<Params extends Tree<Tensor>>(f: LogAmplitude<Params>, params: Params, samples: Tensor, gradient: Params, { weights, diagShift, solver }: Settings): Params {
  const times = geometricTensor(f, params, samples, { weights });
  return cg((tangent) => treeAddScale(times(tangent as Params), diagShift, tangent), gradient, solver);
}

/**
 * The natural gradient: x with (S + diagShift) x = gradient, where S is the covariance of the derivatives of `f` by the parameters over the samples
 * (NetKet: `SR`; Amari, "Natural gradient works efficiently in learning", 1998; Sorella, "Green function Monte Carlo with stochastic reconfiguration",
 * 1998). `gradient` and the result are trees like the parameters, which are real.
 * @throws ArgumentError, ShapeError
 */
export function naturalGradient<Params extends Tree<Tensor>>(f: LogAmplitude<Params>, params: Params, samples: Tensor, gradient: Params, options: NaturalGradientOptions = {}): Params {
  const settings = settingsOf('naturalGradient', params, samples, options);
  if (!settings.isDense) return solveOnTheFly(f, params, samples, gradient, settings);
  const rows = centredJacobian(f, params, samples, settings.weights);
  return fromVector(solveShifted(matmul(transpose(rows), rows), toVector(gradient), settings.diagShift), params);
}

/**
 * The same for the gradient of a mean, which is sum(weights values (O - mean O)) with O the derivatives of `f` at each sample: `values` (n) take
 * its place. The dense way solves for as many unknowns as there are parameters or samples, whichever are fewer (NetKet: `VMC_SR`; Chen and Heyl,
 * "Empowering deep neural quantum states through efficient optimization", 2024).
 * @throws ArgumentError, ShapeError
 */
export function naturalGradientOfMean<Params extends Tree<Tensor>>(f: LogAmplitude<Params>, params: Params, samples: Tensor, values: Tensor, options: NaturalGradientOptions = {}): Params {
  const settings = settingsOf('naturalGradientOfMean', params, samples, options);
  requireNumberForEach('naturalGradientOfMean', values, samples.shape[0] as number);
  const { weights, diagShift } = settings;
  if (!settings.isDense) {
    const [, pull] = vjp((given: Params) => f(given, samples), params);
    return solveOnTheFly(f, params, samples, pull(centred(values, weights))[0] as Params, settings);
  }
  const rows = centredJacobian(f, params, samples, weights);
  const columns = transpose(rows);
  const scaled = mul(sqrt(weights), values);
  const [count, size] = rows.shape as [number, number];
  const direction = size <= count ? solveShifted(matmul(columns, rows), matmul(columns, scaled), diagShift) : matmul(columns, solveShifted(matmul(rows, columns), scaled, diagShift));
  return fromVector(direction, params);
}
