import { Module } from '@flaxon/core';
import type { Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { productOf } from '../shape.js';
import { SymmModuleInvalidInputShape } from './errors.js';
import { checkTable, exchanged, groupProduct, indexTable, symmetryLayer, type IndexTable } from './symmetry.js';
import { latticeOf, overTranslations } from './translations.js';

/**
 * A linear map from sites to a group of their symmetries, the first layer of a model that is equivariant or, with the mean over the
 * group, invariant (NetKet: `nk.nn.DenseSymm`): y[f, g] = sum over features i and sites r of x[i, r] kernel[f, i, g(r)] + bias[f], where
 * g(r) is `symmetries[g][r]`.
 *
 * Parameters, of which NetKet makes the bias first: `bias` (features) unless `useBias` is false; `kernel` (features, in, sites), or with a
 * mask only for the sites where that is not 0.
 */
export class DenseSymm extends Module.define({
  /** The permutations of the group, one a row: (symmetries, sites). */
  symmetries: indexTable(),
  ...symmetryLayer,
  /**
   * With 'fft' the group must begin with the translations of a lattice with the edges `shape`, cell by cell, and the numbers are those
   * of a convolution over the lattice; the same ones, where the rows are in NetKet's order. It is one product in every mode.
   */
  mode: z.enum(['auto', 'matrix', 'fft']).default('auto'),
}) {
  static readonly moduleName: string = 'DenseSymm';
  /**
   * x: (batch..., in, sites) to (batch..., features, symmetries), of rank 3 or more.
   * @throws SymmModuleInvalidInputShape, ShapeError; ArgumentError where `symmetries`, `mask` and `shape` do not fit each other
   */
  call(x: Tensor): Tensor {
    if (x.rank < 3) throw new SymmModuleInvalidInputShape('DenseSymm', x.shape);
    const sites = this.symmetries[0]!.length;
    checkTable('DenseSymm', this.symmetries, sites);
    return groupProduct('DenseSymm', this, x, { weightOf: this.#weightOf(sites), weights: sites, biasFirst: true });
  }

  #weightOf(sites: number): IndexTable {
    const { symmetries } = this;
    if (this.mode !== 'fft') return exchanged(symmetries);
    const shape = latticeOf('DenseSymm', this.shape, [sites, symmetries.length]);
    const cells = productOf(shape);
    const points = symmetries.length / cells;
    return overTranslations({ shape, places: sites / cells, points, weightAt: (place, cell, point) => symmetries[cell * points + point]![place]! });
  }
}
