import { netket } from '@flaxon/layers';
import { ArgumentError, reshape, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { AutoregressiveModel, type SiteLayer, type SiteLayerAttributes } from './model.js';

const pair = () => z.tuple([z.int().positive(), z.int().positive()]);

/** An autoregressive model of `MaskedConv2D` layers over a square lattice, row by row (NetKet: `nk.models.ARNNConv2D`). */
export class ARNNConv2D extends AutoregressiveModel.define({
  /** Height and width. */
  kernelSize: pair(),
  kernelDilation: pair().default([1, 1]),
}) {
  static readonly moduleName: string = 'ARNNConv2D';
  /** @throws ArgumentError where the sites are no square */
  protected override arrange(x: Tensor): Tensor {
    const edge = this.edge();
    return reshape(x, [x.shape[0]!, edge, edge]);
  }

  protected edge(): number {
    const edge = Math.round(Math.sqrt(this.sites));
    if (edge ** 2 !== this.sites) throw new ArgumentError('ARNNConv2D', 'sites', `must be a square number, found ${this.sites}`);
    return edge;
  }

  protected makeLayer(attributes: SiteLayerAttributes, name: string): SiteLayer {
    const { kernelSize, kernelDilation } = this;
    return new netket.MaskedConv2D({ kernelSize, kernelDilation, ...attributes }, { name });
  }
}

/** An `ARNNConv2D` whose `conditional` keeps the rows that its kernels reach in a cache (NetKet: `nk.models.FastARNNConv2D`). */
export class FastARNNConv2D extends ARNNConv2D {
  static override readonly moduleName: string = 'FastARNNConv2D';
  protected override makeLayer(attributes: SiteLayerAttributes, name: string): SiteLayer {
    const { kernelSize, kernelDilation } = this;
    return new netket.FastMaskedConv2D({ L: this.edge(), kernelSize, kernelDilation, ...attributes }, { name });
  }
}
