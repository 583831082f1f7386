import { fields, Module } from '@flaxon/core';
import { astype, broadcastTo, DtypeError, formatShape, initializers, isInteger, matmul, ShapeError, take, transpose, type Tensor } from '@flaxon/tensor';
import { size } from '../attributes.js';
import { promoteDtype } from '../dtype.js';

/**
 * A table of vectors, looked up by index (Flax: `nn.Embed`).
 *
 * Parameter: `embedding` (numEmbeddings, features).
 */
export class Embed extends Module.define({
  numEmbeddings: size(),
  features: size(),
  /** The dtype of results; by default that of the table. */
  dtype: fields.dtype().optional(),
  paramDtype: fields.dtype().default('float32'),
  embeddingInit: fields.initializer(initializers.varianceScaling(1, 'fanIn', 'normal', { outAxis: 0 })),
}) {
  static readonly moduleName: string = 'Embed';
  embedding!: Tensor;

  setup(): void {
    this.embedding = this.param('embedding', this.embeddingInit, [this.numEmbeddings, this.features], this.paramDtype);
  }

  /**
   * The rows at integer indices: any shape (...) to (..., features). Negative indices count from the end; those out of range give
   * NaN, except with a single row, which every index gives.
   * @throws DtypeError where the indices are no integers
   */
  call(indices: Tensor): Tensor {
    if (!isInteger(indices.dtype)) throw new DtypeError('Embed', [indices.dtype], 'the input must be indices of an integer dtype');
    const table = this.dtype === undefined ? this.embedding : astype(this.embedding, this.dtype);
    if (this.numEmbeddings === 1) return broadcastTo(table, [...indices.shape, this.features]);
    return take(table, indices, { axis: 0 });
  }

  /**
   * The products of `query` with every row, as for the logits of a language model that shares its table: (..., features) to
   * (..., numEmbeddings).
   * @throws ShapeError
   */
  attend(query: Tensor): Tensor {
    if (query.shape.at(-1) !== this.features) throw new ShapeError('Embed.attend', [formatShape(query.shape)], `the last axis must have the ${this.features} features of the table`);
    const [rows, table] = promoteDtype('Embed.attend', [query, this.embedding], this.dtype);
    return matmul(rows, transpose(table));
  }
}
