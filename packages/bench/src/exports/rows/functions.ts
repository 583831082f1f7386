import { Conv, Dense, gelu } from '@flaxon/layers';
import { type Dtype, erf, logCosh, random, softplus, spec, type Tensor, zeros } from '@flaxon/tensor';
import { type Draw, type ExportRow, functionTask, perturbed, type Task, tolerances } from '../row.js';

type Float = 'float32' | 'float64';

const elementwise = (id: string, f: (x: Tensor) => Tensor, dtype: Float): ExportRow => ({ id, batch: 64, tolerance: tolerances[dtype], prepare: () => functionTask(f, (batch) => [spec(dtype, [batch, 32])]) });

const drawSpins: Draw = ({ shape, dtype }, key) => random.rademacher(key, shape, { dtype: dtype as 'int8' });

const prepareDense = (input: Dtype, paramDtype: Float, features: number, draw?: Draw) => (): Task => {
  const model = new Dense({ features, paramDtype });
  const variables = perturbed(model.init(random.key(0), [zeros([1, 16], input)]));
  return { target: model.bind(variables), run: (x: Tensor): Tensor => model.apply(variables, [x]), specs: (batch) => [spec(input, [batch, 16])], ...(draw && { draw }) };
};

function prepareConv(): Task {
  const model = new Conv({ features: 8, kernelSize: [3], paramDtype: 'float64' });
  const variables = perturbed(model.init(random.key(0), [zeros([1, 10, 4], 'float64')]));
  return { target: model.bind(variables), run: (x: Tensor): Tensor => model.apply(variables, [x]), specs: (batch) => [spec('float64', [batch, 10, 4])] };
}

const row = (id: string, prepare: () => Task): ExportRow => ({ id, batch: 64, tolerance: tolerances.float64, prepare });

/** One operation each, in the dtypes that exporters get wrong. */
export const functionRows: readonly ExportRow[] = [
  row('5_dense_f64', prepareDense('float64', 'float64', 32)),
  elementwise('23a_gelu_exact_f32', (x) => gelu(x, { approximate: false }), 'float32'),
  elementwise('23a_gelu_exact_f64', (x) => gelu(x, { approximate: false }), 'float64'),
  elementwise('23b_erf_f32', erf, 'float32'),
  elementwise('23b_erf_f64', erf, 'float64'),
  elementwise('23c_softplus_f64', softplus, 'float64'),
  elementwise('23d_logcosh_f64', logCosh, 'float64'),
  row('23e_conv1d_f64', prepareConv),
  row('24_dense_int8_f64', prepareDense('int8', 'float64', 1, drawSpins)),
  row('24b_dense_f32in_f64params', prepareDense('float32', 'float64', 6)),
];
