import { Module } from '@flaxon/core';
import { formatShape, ShapeError, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { productOf } from '../shape.js';
import { checkTable, groupProduct, indexTable, symmetryLayer, type IndexTable } from './symmetry.js';
import { latticeOf, overTranslations } from './translations.js';

/**
 * A convolution over a group, from features of its symmetries to others, that is equivariant (NetKet: `nk.nn.DenseEquivariant`; Cohen and
 * Welling, 2016; Roth and MacDonald, 2021): y[f, h] = sum over features i and symmetries g of x[i, g] kernel[f, i, g^-1 h] + bias[f].
 *
 * Parameters: `kernel` (features, in, symmetries), or with a mask only for the symmetries where that is not 0; `bias` (features) unless
 * `useBias` is false. NetKet makes the bias first, with mode 'matrix' the kernel.
 */
export class DenseEquivariant extends Module.define({
  /** The product table of the group, the index of g^-1 h in row g and column h, which `productTable` makes from permutations. */
  symmetries: indexTable(),
  ...symmetryLayer,
  /**
   * With 'fft' the group must begin with the translations of a lattice with the edges `shape`, cell by cell. All modes give the same
   * numbers, by one product in the common dtype of input and parameters (NetKet's 'irreps' computes in float64 always).
   */
  mode: z.enum(['auto', 'matrix', 'fft', 'irreps']).default('auto'),
}) {
  static readonly moduleName: string = 'DenseEquivariant';
  /**
   * x: (batch..., in, symmetries) to (batch..., features, symmetries).
   * @throws ShapeError; ArgumentError where `symmetries`, `mask` and `shape` do not fit each other
   */
  call(x: Tensor): Tensor {
    const { symmetries } = this;
    if (x.rank < 2) throw new ShapeError('DenseEquivariant', [formatShape(x.shape)], 'the input must be (batch..., features, symmetries)');
    checkTable('DenseEquivariant', symmetries, symmetries.length);
    return groupProduct('DenseEquivariant', this, x, { weightOf: this.#weightOf(), weights: symmetries.length, biasFirst: this.mode !== 'matrix' });
  }

  #weightOf(): IndexTable {
    const { symmetries } = this;
    if (this.mode !== 'fft') return symmetries;
    const shape = latticeOf('DenseEquivariant', this.shape, [symmetries.length]);
    const points = symmetries.length / productOf(shape);
    return overTranslations({ shape, places: points, points, weightAt: (place, cell, point) => symmetries[place]![cell * points + point]! });
  }
}
