import { netket } from '@flaxon/layers';
import { AutoregressiveModel, type SiteLayer, type SiteLayerAttributes } from './model.js';

/** An autoregressive model of `MaskedDense1D` layers (NetKet: `nk.models.ARNNDense`). */
export class ARNNDense extends AutoregressiveModel {
  static readonly moduleName: string = 'ARNNDense';
  protected makeLayer(attributes: SiteLayerAttributes, name: string): SiteLayer {
    return new netket.MaskedDense1D(attributes, { name });
  }
}

/** An `ARNNDense` whose `conditional` keeps earlier sites in a cache (NetKet: `nk.models.FastARNNDense`). */
export class FastARNNDense extends ARNNDense {
  static override readonly moduleName: string = 'FastARNNDense';
  protected override makeLayer(attributes: SiteLayerAttributes, name: string): SiteLayer {
    return new netket.FastMaskedDense1D({ size: this.sites, ...attributes }, { name });
  }
}
