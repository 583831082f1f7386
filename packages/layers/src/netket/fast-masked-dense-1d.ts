import { add, arange, equal, expandDims, matmul, reshape, take, where, type Tensor } from '@flaxon/tensor';
import { size } from '../attributes.js';
import { staticSize } from '../shape.js';
import { MaskedDense1D } from './masked-dense-1d.js';
import { overBatch } from './single-sample.js';
import { inputSite, siteOf, throughCache, type SiteIndex } from './site-cache.js';

/**
 * A `MaskedDense1D` that can be called site by site too, as direct sampling does (NetKet: `nk.nn.FastMaskedDense1D`).
 *
 * Parameters: those of `MaskedDense1D`. Collection `cache`, of `updateSite`: `inputs` (batch, sites, in).
 */
export class FastMaskedDense1D extends MaskedDense1D.define({
  /** How many sites there are. */
  size: size(),
}) {
  static override readonly moduleName: string = 'FastMaskedDense1D';
  static readonly compact: readonly string[] = ['updateSite'];

  /**
   * The output at site `index`, (batch, features) or (features), from the input there, or at the site before if exclusive: inputs
   * (batch, in) or (in), which is kept in `cache` (mutable). The sites must come in order.
   * @throws ArgumentError, ShapeError, DtypeError, ModifyScopeVariableError
   */
  updateSite(inputs: Tensor, index: SiteIndex): Tensor {
    return overBatch('FastMaskedDense1D', inputs, ['in'], (batch) => this.#update(batch, siteOf('FastMaskedDense1D', index, this.size)));
  }

  #update(x: Tensor, site: Tensor): Tensor {
    const inputs = staticSize('FastMaskedDense1D', x, 1);
    const [input, weights, offset] = this.promoted(x, this.size, inputs);
    const isInput = equal(expandDims(arange(this.size), 1), inputSite(site, this.exclusive));
    const shape = [x.shape[0]!, this.size, inputs];
    const cache = throughCache(this, { shape, dtype: input.dtype, write: (held) => where(isInput, expandDims(input, 1), held) });
    // The mask hides the sites of the cache that are not there yet.
    const columns = take(reshape(weights, [this.size * inputs, this.size, this.features]), site, { axis: 1, mode: 'clip' });
    const y = matmul(reshape(cache, [-1, this.size * inputs]), columns);
    return offset === undefined ? y : add(y, take(offset, site, { axis: 0, mode: 'clip' }));
  }
}
