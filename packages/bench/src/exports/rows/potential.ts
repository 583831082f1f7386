import { ott } from '@flaxon/layers';
import { type Dtype, grad, hvp, random, spec, sum, tanh, type Tensor, vmap, zeros } from '@flaxon/tensor';
import { type ExportRow, functionTask, perturbed, type Task, tolerances } from '../row.js';

interface Options {
  readonly dimension?: number;
  readonly dtype?: 'float32' | 'float64';
  readonly isPotential?: boolean;
  readonly actFn?: (x: Tensor) => Tensor;
}

function potential({ dimension = 2, dtype = 'float32', isPotential = true, actFn }: Options) {
  const model = new ott.PotentialMLP({ dimHidden: [64, 64, 64, 64], isPotential, paramDtype: dtype, ...(actFn && { actFn }) });
  const variables = perturbed(model.init(random.key(0), [zeros([1, dimension], dtype)]));
  const value = (x: Tensor): Tensor => model.apply(variables, [x]);
  return { model, variables, value, points: (batch: string | number) => spec(dtype, [batch, dimension]), point: spec(dtype, [dimension]) };
}

/** The value of a potential, or the map of a network that is none. */
const prepareValue = (options: Options) => (): Task => {
  const { model, variables, value, points } = potential(options);
  return { target: model.bind(variables), run: value, specs: (batch) => [points(batch)] };
};

/** The gradient map of a potential at each point. */
const prepareGradient = (options: Options) => (): Task => {
  const { value, points } = potential(options);
  return functionTask(vmap(grad(value)), (batch) => [points(batch)]);
};

/** The same by the gradient of the sum over the points. */
const prepareGradientOfSum = (options: Options) => (): Task => {
  const { value, points } = potential(options);
  return functionTask(grad((x: Tensor) => sum(value(x))), (batch) => [points(batch)]);
};

/** The Hessian of the potential at each point times a vector for each. */
const prepareHessianProduct = (options: Options) => (): Task => {
  const { value, points } = potential(options);
  const product = (x: Tensor, v: Tensor): Tensor => hvp(value, [x], [v])[0]!;
  return functionTask(vmap(product), (batch) => [points(batch), points(batch)]);
};

const prepareAtPoint = (derivative: boolean) => (): Task => {
  const { value, point } = potential({});
  return functionTask(derivative ? grad(value) : value, () => [point]);
};

const row = (id: string, prepare: () => Task, dtype: Dtype = 'float32', batch: number | undefined = 64): ExportRow => ({ id, batch, tolerance: tolerances[dtype as 'float32'], prepare });

/** Potentials of optimal transport: value, gradient map, Hessian times a vector. */
export const potentialRows: readonly ExportRow[] = [
  row('2_potential_value_d2', prepareValue({})),
  row('2_potential_value_d50', prepareValue({ dimension: 50 })),
  row('3_potential_grad_d2', prepareGradient({})),
  row('3_potential_grad_d50', prepareGradient({ dimension: 50 })),
  row('3b_potential_grad_sum_d2', prepareGradientOfSum({})),
  row('4_potential_map_d2', prepareValue({ isPotential: false })),
  row('6_potential_f64_d2', prepareValue({ dtype: 'float64' }), 'float64'),
  row('6b_potential_grad_f64_d2', prepareGradient({ dtype: 'float64' }), 'float64'),
  row('20_potential_hvp_leaky_d2', prepareHessianProduct({})),
  row('20_potential_hvp_tanh_d2', prepareHessianProduct({ actFn: tanh })),
  { ...row('25b_potential_rank1', prepareAtPoint(false)), batch: undefined },
  { ...row('25c_potential_grad_rank1', prepareAtPoint(true)), batch: undefined },
];
