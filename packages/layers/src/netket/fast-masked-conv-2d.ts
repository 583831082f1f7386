import { arange, concatenate, dynamicSlice, equal, expandDims, full, greater, logicalAnd, pad, rem, reshape, sliceAxis, squeeze, where, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { promoteDtype } from '../dtype.js';
import { staticSize } from '../shape.js';
import { MaskedConv2D } from './masked-conv-2d.js';
import { overBatch } from './single-sample.js';
import { choose, inputSite, siteOf, throughCache, type SiteIndex } from './site-cache.js';

/**
 * A `MaskedConv2D` over a square lattice that can be called site by site too, row by row, as direct sampling does (NetKet:
 * `nk.nn.FastMaskedConv2D`).
 *
 * Parameters: those of `MaskedConv2D`, of which `updateSite` makes the bias first, as NetKet does. Collection `cache`, of
 * `updateSite`: `inputs` (batch, rows, L, in), the row of the output and those above as far as the kernel reaches.
 */
export class FastMaskedConv2D extends MaskedConv2D.define({
  /** The length of an edge of the lattice. */
  L: z.int().positive(),
}) {
  static override readonly moduleName: string = 'FastMaskedConv2D';
  static readonly compact: readonly string[] = ['updateSite'];

  /**
   * The output at site `index`, counted row by row, (batch, features) or (features), from the input there, or at the site before if
   * exclusive: inputs (batch, in) or (in), which is kept in `cache` (mutable). The sites must come in order.
   * @throws ArgumentError, ShapeError, DtypeError, ModifyScopeVariableError
   */
  updateSite(inputs: Tensor, index: SiteIndex): Tensor {
    return overBatch('FastMaskedConv2D', inputs, ['in'], (batch) => this.#update(batch, siteOf('FastMaskedConv2D', index, this.L ** 2)));
  }

  #update(x: Tensor, site: Tensor): Tensor {
    const bias = this.bias();
    const [input, weights, offset] = promoteDtype('FastMaskedConv2D', [x, this.kernel(x), bias]);
    const [batch, inputs] = [x.shape[0]!, staticSize('FastMaskedConv2D', x, 1)];
    const [rows, columns] = this.kernelSize.map((size, axis) => (size - 1) * this.kernelDilation[axis]! + 1) as [number, number];
    const column = rem(site, this.L);
    const cache = throughCache(this, { shape: [batch, rows, this.L, inputs], dtype: input.dtype, write: (held) => this.#written(held, input, site) });
    const padded = pad(cache, [[0, 0], [0, 0], this.beside(), [0, 0]]);
    const seen = dynamicSlice(padded, [0, 0, column, 0], [batch, rows, columns, inputs]);
    return squeeze(this.convolve(seen, weights, offset, [[0, 0], [0, 0]]), [1, 2]);
  }

  /** With the first output of a row, the rows move up: after the input is written if that is the last one of the row before. */
  #written(held: Tensor, input: Tensor, site: Tensor): Tensor {
    const rows = held.shape[1] as number;
    const places = concatenate([full([rows - 1, this.L, 1], -2, 'int32'), reshape(arange(this.L), [1, this.L, 1])]);
    const isInput = equal(places, rem(inputSite(site, this.exclusive), this.L));
    const add = (cache: Tensor): Tensor => where(isInput, expandDims(input, [1, 2]), cache);
    const moveUp = (cache: Tensor): Tensor => pad(sliceAxis(cache, 1, 1, rows), [[0, 0], [0, 1], [0, 0], [0, 0]]);
    const startsRow = equal(rem(site, this.L), 0);
    if (!this.exclusive) return add(choose(startsRow, () => moveUp(held), () => held));
    const added = add(held);
    return choose(logicalAnd(startsRow, greater(site, 0)), () => moveUp(added), () => added);
  }
}
