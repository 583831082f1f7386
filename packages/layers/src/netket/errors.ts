import { FlaxonError, formatShape, type Shape } from '@flaxon/tensor';

/** The input of a layer over a symmetry group has not its axes (NetKet: `SymmModuleInvalidInputShape`). */
export class SymmModuleInvalidInputShape extends FlaxonError {
  readonly layer: string;
  readonly shape: Shape;

  constructor(layer: string, shape: Shape) {
    super(
      `${layer}: the input must be (batch..., features, sites), of rank 3 or more; found shape ${formatShape(shape)}. ` +
        `For one sample of one feature write \`layer.call(expandDims(x, [0, 1]))\`, for a batch of them \`expandDims(x, 1)\`.`,
    );
    this.layer = layer;
    this.shape = shape;
  }
}
