import { Tensor } from '@flaxon/tensor';
import { CaseFormatError, MissingError } from './errors.js';
import type { Safetensors } from './safetensors.js';

/** What a function of a case takes and gives: tensors and literals, in arrays and objects. */
export type Value = Tensor | number | bigint | boolean | string | null | undefined | readonly Value[] | ValueObject;
export interface ValueObject {
  readonly [name: string]: Value;
}

/** A tree as a case writes it: `{"$":name}` is an array of the suite's file, all else stands for itself. */
export type CaseTree = number | boolean | string | null | readonly CaseTree[] | { readonly [name: string]: CaseTree };

/** True for plain objects; tensors, modules and the like are values of their own. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const isValueObject = (value: Value): value is ValueObject => isObject(value);
const isValueArray = (value: Value): value is readonly Value[] => Array.isArray(value);

export const mapEntries = <A, B>(object: Readonly<Record<string, A>>, f: (value: A, name: string) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, f(value, name)]));

/** `tree` with its arrays in place. @throws MissingError for complex arrays, CaseFormatError for a name without array. */
export function decodeTree(tree: unknown, arrays: Safetensors): Value {
  if (isArray(tree)) return tree.map((item) => decodeTree(item, arrays));
  if (isObject(tree)) {
    if (typeof tree['$'] === 'string') return arrays.tensor(tree['$']);
    if ('$re' in tree) throw new MissingError('complex128');
    return mapEntries(tree, (item) => decodeTree(item, arrays));
  }
  if (tree === null || typeof tree === 'number' || typeof tree === 'boolean' || typeof tree === 'string') return tree;
  throw new CaseFormatError(`a tree cannot hold ${String(tree)}`);
}

/** The result of `f` on every tensor of `value`; all else stays. */
export function mapTensors(value: Value, f: (tensor: Tensor) => Value): Value {
  if (value instanceof Tensor) return f(value);
  if (isValueArray(value)) return value.map((item) => mapTensors(item, f));
  if (isValueObject(value)) return mapEntries(value, (item) => mapTensors(item, f));
  return value;
}

/** The tensors of `value`, arrays in order and objects in the order of their keys. */
export function tensorsOf(value: Value): Tensor[] {
  const tensors: Tensor[] = [];
  mapTensors(value, (tensor) => {
    tensors.push(tensor);
    return tensor;
  });
  return tensors;
}

/** `value` with its tensors replaced, in the order of `tensorsOf`. */
export function replaceTensors(value: Value, tensors: readonly Tensor[]): Value {
  let next = 0;
  return mapTensors(value, () => {
    const tensor = tensors[next++];
    if (tensor === undefined) throw new CaseFormatError(`${tensors.length} tensors are too few for the structure they go into`);
    return tensor;
  });
}

/** `value` as an object, for example a result that must be variables. @throws CaseFormatError where it is none. */
export function asObject(value: Value, what: string): ValueObject {
  if (!isValueObject(value)) throw new CaseFormatError(`${what} must be an object, found ${describe(value)}`);
  return value;
}

export function asArray(value: Value, what: string): readonly Value[] {
  if (!isValueArray(value)) throw new CaseFormatError(`${what} must be an array, found ${describe(value)}`);
  return value;
}

export function asTensor(value: Value, what: string): Tensor {
  if (!(value instanceof Tensor)) throw new CaseFormatError(`${what} must be a tensor, found ${describe(value)}`);
  return value;
}

/** `value` in a few words, for messages. */
export function describe(value: unknown): string {
  if (value instanceof Tensor) return `${value.dtype}[${value.shape.join(',')}]`;
  if (isArray(value)) return `an array of ${value.length}`;
  if (isObject(value)) return `an object with the keys ${Object.keys(value).sort().join(', ') || '(none)'}`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return `a function${value.name === '' ? '' : ` ${value.name}`}`;
  return String(value);
}
