import { formatShape, index, initializers, isStaticShape, random, ShapeError, zeros, type Dtype, type Initializer, type Shape, type Tensor } from '@flaxon/tensor';

/** What the first carry of a cell depends on. */
export interface CarryAttributes {
  readonly features: number;
  readonly carryInit: Initializer;
  readonly paramDtype: Dtype;
}

/**
 * The first value of a carry, of the shape of one input with `features` in the place of its features.
 * @throws ShapeError where `inputShape` is empty, or has a symbolic axis and `carryInit` is not `initializers.zeros`
 */
export function firstCarry(layer: string, rng: Tensor, inputShape: Shape, { features, carryInit, paramDtype }: CarryAttributes): Tensor {
  if (inputShape.length === 0) throw new ShapeError(layer, [formatShape(inputShape)], 'the input needs an axis of features');
  const shape = [...inputShape.slice(0, -1), features];
  if (isStaticShape(shape)) return carryInit(rng, shape, paramDtype);
  if (carryInit === initializers.zeros) return zeros(shape, paramDtype);
  throw new ShapeError(layer, [formatShape(inputShape)], 'random numbers need an input of known shape; give the carry, or let `carryInit` be `initializers.zeros`');
}

/** The memory and the hidden state of an LSTM to begin with, each with a key of its own. @throws ShapeError */
export function firstCarryPair(layer: string, rng: Tensor, inputShape: Shape, attributes: CarryAttributes): readonly [Tensor, Tensor] {
  const keys = random.split(rng);
  const first = (i: number): Tensor => firstCarry(layer, index(keys, [i]), inputShape, attributes);
  return [first(0), first(1)];
}
