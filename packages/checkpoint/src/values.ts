import type { Tensor } from '@flaxon/tensor';

/**
 * A floating-point number outside any array, as Python has them. JavaScript does not tell 1.0 from 1, so a number that
 * is read as a float comes in this form, and is written as one again; `Number(value)` is the number.
 */
export class PythonFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  valueOf(): number {
    return this.value;
  }

  toJSON(): number {
    return this.value;
  }
}

/** A float of Python: `pythonFloat(1)` is written as 1.0. */
export const pythonFloat = (value: number): PythonFloat => new PythonFloat(value);

/** A scalar of NumPy (`np.float32(1.5)`), which Flax writes in another form than an array of no axes. */
export class NumpyScalar {
  /** Of shape (). */
  readonly tensor: Tensor;

  constructor(tensor: Tensor) {
    this.tensor = tensor;
  }

  valueOf(): number | bigint | boolean {
    return this.tensor.item();
  }
}

/** A scalar of NumPy. tensor: (). */
export const numpyScalar = (tensor: Tensor): NumpyScalar => new NumpyScalar(tensor);

/** What a leaf of a checkpoint can be: a tensor, a number, and what Python writes besides. */
export type CheckpointLeaf = Tensor | PythonFloat | NumpyScalar | number | bigint | boolean | string | null | Uint8Array;

/** Objects and arrays of leaves: variables, a train state, optimizer states. */
export type CheckpointTree = CheckpointLeaf | readonly CheckpointTree[] | { readonly [key: string]: CheckpointTree };

/** A checkpoint as Flax keeps it: objects all the way down, arrays by index as text. */
export type StateDict = CheckpointLeaf | readonly StateDict[] | { readonly [key: string]: StateDict };

/** True for plain objects, which are nodes; tensors and the like are leaves. */
export function isNode(value: unknown): value is { readonly [key: string]: CheckpointTree } {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export const isList = (value: unknown): value is readonly CheckpointTree[] => Array.isArray(value);

export const childPath = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}/${key}`);
