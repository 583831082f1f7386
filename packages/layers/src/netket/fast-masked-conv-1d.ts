import { concatenate, expandDims, greater, sliceAxis, squeeze, type Tensor } from '@flaxon/tensor';
import { promoteDtype } from '../dtype.js';
import { staticSize } from '../shape.js';
import { MaskedConv1D } from './masked-conv-1d.js';
import { overBatch } from './single-sample.js';
import { choose, siteOf, throughCache, type SiteIndex } from './site-cache.js';

/**
 * A `MaskedConv1D` that can be called site by site too, as direct sampling does (NetKet: `nk.nn.FastMaskedConv1D`).
 *
 * Parameters: those of `MaskedConv1D`, of which `updateSite` makes the kernel first, as NetKet does. Collection `cache`, of
 * `updateSite`: `inputs` (batch, reach, in), the last sites as far back as the kernel reaches.
 */
export class FastMaskedConv1D extends MaskedConv1D.define({}) {
  static override readonly moduleName: string = 'FastMaskedConv1D';
  static readonly compact: readonly string[] = ['updateSite'];

  /**
   * The output at site `index`, (batch, features) or (features), from the input there, or at the site before if exclusive: inputs
   * (batch, in) or (in), which is kept in `cache` (mutable). The sites must come in order.
   * @throws ArgumentError, ShapeError, DtypeError, ModifyScopeVariableError
   */
  updateSite(inputs: Tensor, index: SiteIndex): Tensor {
    return overBatch('FastMaskedConv1D', inputs, ['in'], (batch) => this.#update(batch, siteOf('FastMaskedConv1D', index)));
  }

  #update(x: Tensor, site: Tensor): Tensor {
    const kernel = this.kernel(x);
    const [input, weights, offset] = promoteDtype('FastMaskedConv1D', [x, kernel, this.bias()]);
    // An exclusive layer's last tap is a dilation before the output's site: the sites between are held for later.
    const between = this.exclusive ? this.kernelDilation - 1 : 0;
    const reach = (this.taps() - 1) * this.kernelDilation + 1;
    const shape = [x.shape[0]!, reach + between, staticSize('FastMaskedConv1D', x, 1)];
    const moved = (held: Tensor): Tensor => concatenate([sliceAxis(held, 1, 1, reach + between), expandDims(input, 1)], 1);
    const cache = throughCache(this, {
      shape,
      dtype: input.dtype,
      write: (held) => (this.exclusive ? choose(greater(site, 0), () => moved(held), () => held) : moved(held)),
    });
    return squeeze(this.convolve(sliceAxis(cache, 1, 0, reach), weights, offset, [0, 0]), 1);
  }
}
