import { expandDims, formatShape, ShapeError, squeeze, type Tensor } from '@flaxon/tensor';

/**
 * `f` of a batch; a single sample goes in as a batch of one. `axes` are those of a sample, such as `['sites', 'in']`.
 * @throws ShapeError where x is neither
 */
export function overBatch(layer: string, x: Tensor, axes: readonly string[], f: (batch: Tensor) => Tensor): Tensor {
  if (x.rank === axes.length + 1) return f(x);
  if (x.rank === axes.length) return squeeze(f(expandDims(x, 0)), 0);
  throw new ShapeError(layer, [formatShape(x.shape)], `the input must be (batch, ${axes.join(', ')}) or (${axes.join(', ')})`);
}
