import { netket } from '@flaxon/layers';
import { z } from 'zod';
import { AutoregressiveModel, type SiteLayer, type SiteLayerAttributes } from './model.js';

/** An autoregressive model of `MaskedConv1D` layers (NetKet: `nk.models.ARNNConv1D`). */
export class ARNNConv1D extends AutoregressiveModel.define({
  kernelSize: z.int().positive(),
  kernelDilation: z.int().positive().default(1),
}) {
  static readonly moduleName: string = 'ARNNConv1D';
  protected makeLayer(attributes: SiteLayerAttributes, name: string): SiteLayer {
    const { kernelSize, kernelDilation } = this;
    return new netket.MaskedConv1D({ kernelSize, kernelDilation, ...attributes }, { name });
  }
}

/** An `ARNNConv1D` whose `conditional` keeps as many earlier sites as its kernels reach in a cache (NetKet: `nk.models.FastARNNConv1D`). */
export class FastARNNConv1D extends ARNNConv1D {
  static override readonly moduleName: string = 'FastARNNConv1D';
  protected override makeLayer(attributes: SiteLayerAttributes, name: string): SiteLayer {
    const { kernelSize, kernelDilation } = this;
    return new netket.FastMaskedConv1D({ kernelSize, kernelDilation, ...attributes }, { name });
  }
}
