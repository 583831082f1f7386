import { ArgumentError, formatShape, index, initializers, isStaticShape, random, ShapeError, Tensor, zeros, type Dtype, type Initializer, type Shape } from '@flaxon/tensor';

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

/** A carry that is one tensor, h. @throws ArgumentError where it is anything else */
export function singleCarry(layer: string, carry: unknown): Tensor {
  if (!(carry instanceof Tensor)) throw new ArgumentError(layer, 'carry', 'must be a tensor (batch..., features): `cell.initializeCarry(key, inputShape)` gives the first one');
  return carry;
}

/** A carry that is memory and hidden state, [c, h]. @throws ArgumentError where it is anything else */
export function carryPair(layer: string, carry: unknown): readonly [c: Tensor, h: Tensor] {
  const [c, h, ...more] = Array.isArray(carry) ? (carry as readonly unknown[]) : [];
  if (c instanceof Tensor && h instanceof Tensor && more.length === 0) return [c, h];
  throw new ArgumentError(layer, 'carry', 'must be two tensors [c, h] of (batch..., features) each: `cell.initializeCarry(key, inputShape)` gives the first ones');
}

/** The memory and the hidden state of an LSTM to begin with, each with a key of its own. @throws ShapeError */
export function firstCarryPair(layer: string, rng: Tensor, inputShape: Shape, attributes: CarryAttributes): readonly [Tensor, Tensor] {
  const keys = random.split(rng);
  const first = (i: number): Tensor => firstCarry(layer, index(keys, [i]), inputShape, attributes);
  return [first(0), first(1)];
}
