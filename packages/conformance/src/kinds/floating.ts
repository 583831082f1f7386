import { isFloating, Tensor } from '@flaxon/tensor';
import { isArray, isObject, mapEntries, mapTensors, tensorsOf, type Value } from '../values.js';

/** Derivatives go by floating tensors alone: how they are taken out of arguments, and put back. */

const isFloatingTensor = (tensor: Tensor): boolean => isFloating(tensor.dtype);

/** The floating tensors of `value`, in order. */
export const floatingOf = (value: Value): readonly Tensor[] => tensorsOf(value).filter(isFloatingTensor);

/** `value` with its floating tensors replaced, in order; all else stays. */
export function replaceFloating(value: Value, tensors: readonly Tensor[]): Value {
  let next = 0;
  return mapTensors(value, (tensor) => (isFloatingTensor(tensor) ? tensors[next++]! : tensor));
}

/** `value` with its floating tensors replaced, in order, and null in the place of all other leaves. */
export function floatingInPlace(value: Value, tensors: readonly Tensor[]): Value {
  let next = 0;
  const place = (item: unknown): Value => {
    if (item instanceof Tensor) return isFloatingTensor(item) ? tensors[next++]! : null;
    if (isArray(item)) return item.map(place);
    return isObject(item) ? mapEntries(item, place) : null;
  };
  return place(value);
}
