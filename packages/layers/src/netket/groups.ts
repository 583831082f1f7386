import { formatShape, ShapeError, type Tensor } from '@flaxon/tensor';
import { staticSize } from '../shape.js';

/** How many features of x each group has. @throws ShapeError where `groups` does not divide those of input and output */
export function inputsOfGroup(layer: string, x: Tensor, features: number, groups: number): number {
  const inputs = staticSize(layer, x, -1);
  if (inputs % groups !== 0 || features % groups !== 0) {
    throw new ShapeError(layer, [formatShape(x.shape)], `\`featureGroupCount\` ${groups} must divide the features of input and output, ${inputs} and ${features}`);
  }
  return inputs / groups;
}
