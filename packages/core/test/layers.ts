/** Small layers that the tests build models from. */
import { add, initializers, matmul, mul, Tensor, zeros, type StaticShape } from '@flaxon/tensor';
import { z } from 'zod';
import { fields, Module, tensorAt, type Variables } from '../src/index.js';

/** Flax's `Dense`, as far as the tests need it. */
export class Dense extends Module.define({
  features: z.int().positive(),
  useBias: z.boolean().default(true),
  kernelInit: fields.initializer(initializers.lecunNormal()),
}) {
  call(x: Tensor): Tensor {
    const kernel = this.param('kernel', this.kernelInit, [x.shape.at(-1)!, this.features]);
    const y = matmul(x, kernel);
    return this.useBias ? add(y, this.param('bias', initializers.zeros, [this.features])) : y;
  }
}

/** Multiplies by a parameter `w`. */
export class Scale extends Module.define({ size: z.int().default(2) }) {
  call(x: Tensor): Tensor {
    return mul(x, this.param('w', initializers.ones, [this.size]));
  }
}

/** Adds how often it was called, kept in `state/count`; `init` counts nothing. */
export class Counter extends Module.define({}) {
  call(x: Tensor): Tensor {
    const count = this.variable<Tensor>('state', 'count', () => zeros([]));
    if (!this.isInitializing()) count.value = add(count.value, 1);
    return add(x, count.value);
  }
}

/** The names in nested objects: `{ params: { Dense_0: { kernel, bias } } }` as `['params/Dense_0/bias', ...]`, sorted. */
export function pathsOf(value: unknown, prefix = ''): string[] {
  if (value === null || typeof value !== 'object' || value instanceof Tensor || Array.isArray(value)) return [prefix];
  return Object.entries(value)
    .flatMap(([key, inner]) => pathsOf(inner, prefix === '' ? key : `${prefix}/${key}`))
    .sort();
}

export const shapeAt = (variables: Variables, path: string): StaticShape => tensorAt(variables, path).staticShape();

/** The elements at a path. */
export const valuesAt = (variables: Variables, path: string): unknown => tensorAt(variables, path).toArray();

/** The two words of a key. */
export const wordsOf = (key: Tensor): number[] => [...(key.data() as Uint32Array)];
