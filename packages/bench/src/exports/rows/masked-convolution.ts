import { MaskedConv1D } from '@flaxon/layers';
import { random, spec, type Tensor, zeros } from '@flaxon/tensor';
import { type ExportRow, perturbed, tolerances } from '../row.js';

const [sites, channels] = [10, 4];

const row = (name: string, exclusive: boolean, dtype: 'float32' | 'float64'): ExportRow => ({
  id: `7_maskedconv1d_${name}_${dtype === 'float32' ? 'f32' : 'f64'}`,
  batch: 64,
  tolerance: tolerances[dtype],
  prepare: () => {
    const model = new MaskedConv1D({ features: 8, kernelSize: 3, kernelDilation: 1, exclusive, paramDtype: dtype });
    const variables = perturbed(model.init(random.key(0), [zeros([1, sites, channels], dtype)]));
    return {
      target: model.bind(variables),
      run: (x: Tensor): Tensor => model.apply(variables, [x]),
      specs: (batch) => [spec(dtype, [batch, sites, channels])],
    };
  },
});

/** Causal convolutions along a chain: one operator with padding on one side. */
export const maskedConvolutionRows: readonly ExportRow[] = [row('excl', true, 'float32'), row('excl', true, 'float64'), row('incl', false, 'float32'), row('incl', false, 'float64')];
