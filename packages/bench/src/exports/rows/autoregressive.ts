import type { Variables } from '@flaxon/core';
import { models, sampleDirectly } from '@flaxon/quantum';
import { arange, cumsum, type Dtype, equal, expandDims, greater, mul, random, scan, sliceAxis, spec, sum, take, tensor, type Tensor, where, zeros } from '@flaxon/tensor';
import { type Draw, type ExportRow, functionTask, perturbed, type Task, tolerances } from '../row.js';

const sites = 10;
type Float = 'float32' | 'float64';
type Kind = 'conv' | 'dense';

function autoregressive(kind: Kind, dtype: Float): { readonly model: models.AutoregressiveModel; readonly variables: Variables } {
  const attributes = { sites, localStates: [1, -1], layers: 3, features: kind === 'conv' ? 8 : 12, paramDtype: dtype };
  const model = kind === 'conv' ? new models.ARNNConv1D({ ...attributes, kernelSize: 3 }) : new models.ARNNDense(attributes);
  return { model, variables: perturbed(model.init(random.key(0), [zeros([1, sites], dtype)])) };
}

/** Spins, 1 and -1. */
const drawSpins: Draw = ({ shape, dtype }, key) => random.rademacher(key, shape, { dtype: dtype as 'int8' });

const prepareLogPsi = (kind: Kind, dtype: Float, spins: Dtype = dtype) => (): Task => {
  const { model, variables } = autoregressive(kind, dtype);
  return { target: model.bind(variables), run: (x: Tensor): Tensor => model.apply(variables, [x]), specs: (batch) => [spec(spins, [batch, sites])], draw: drawSpins };
};

const prepareConditionals = (kind: Kind, dtype: Float) => (): Task => {
  const { model, variables } = autoregressive(kind, dtype);
  const conditionals = (x: Tensor): Tensor => model.apply(variables, [x], { method: 'conditionals' });
  return functionTask(conditionals, (batch) => [spec(dtype, [batch, sites])], drawSpins);
};

/** Samples with a key, in place of given ones, and the logarithms of their probabilities. */
const prepareSampler = (kind: Kind) => (): Task => {
  const { model, variables } = autoregressive(kind, 'float64');
  const sample = (key: Tensor, before: Tensor) => sampleDirectly(variables, { module: model, key, chainLength: before.shape[0]! });
  return functionTask(sample, (batch) => [spec('uint32', [2]), spec('int8', [batch, sites])]);
};

/** Samples from uniform numbers (batch, sites) that come in. */
const prepareUniforms = (kind: Kind, dtype: Float) => (): Task => {
  const { model, variables } = autoregressive(kind, dtype);
  const values = tensor([1, -1], { dtype });
  const sample = (uniforms: Tensor): Tensor => {
    const step = (samples: Tensor, site: Tensor): [Tensor, Record<never, never>] => {
      const p = model.apply(variables, [samples, site], { method: 'conditional' }) as Tensor;
      const cumulative = cumsum(p, { axis: 1 });
      const u = expandDims(take(uniforms, site, { axis: 1, mode: 'clip' }), 1);
      const chosen = sum(greater(mul(sliceAxis(cumulative, 1, 1, 2), u), cumulative), { axis: 1 });
      return [where(equal(arange(sites), site), expandDims(take(values, chosen, { axis: 0, mode: 'clip' }), 1), samples), {}];
    };
    return scan(step, zeros([uniforms.shape[0]!, sites], dtype), arange(sites))[0];
  };
  return functionTask(sample, (batch) => [spec(dtype, [batch, sites])], ({ shape }, key) => random.uniform(key, shape, { dtype }));
};

const short = (dtype: Float): string => (dtype === 'float32' ? 'f32' : 'f64');
const dtypes: readonly Float[] = ['float32', 'float64'];
const kinds: readonly Kind[] = ['conv', 'dense'];
const both = (make: (kind: Kind, dtype: Float) => ExportRow): ExportRow[] => kinds.flatMap((kind) => dtypes.map((dtype) => make(kind, dtype)));
const arnn = (kind: Kind): string => `arnn${kind}`;

/** Autoregressive wave functions: log psi, conditional probabilities, samples by a key and by uniform numbers. */
export const autoregressiveRows: readonly ExportRow[] = [
  ...both((kind, dtype) => ({ id: `${kind === 'conv' ? 8 : 9}_${arnn(kind)}_logpsi_${short(dtype)}`, batch: 64, tolerance: tolerances[dtype], prepare: prepareLogPsi(kind, dtype) })),
  ...both((kind, dtype) => ({ id: `10_${arnn(kind)}_conditionals_${short(dtype)}`, batch: 64, tolerance: tolerances[dtype], prepare: prepareConditionals(kind, dtype) })),
  ...kinds.map((kind): ExportRow => ({ id: `11_sampler_key_${kind}_f64`, batch: 16, tolerance: tolerances.float64, prepare: prepareSampler(kind) })),
  ...both((kind, dtype) => ({ id: `11b_sampler_uniforms_${kind}_${short(dtype)}`, batch: 64, tolerance: tolerances[dtype], prepare: prepareUniforms(kind, dtype) })),
  { id: '24c_arnndense_int8_f64', batch: 64, tolerance: tolerances.float64, prepare: prepareLogPsi('dense', 'float64', 'int8') },
];
