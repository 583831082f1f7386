/**
 * zod types for what attributes of modules are besides numbers, strings and booleans.
 *
 *     class Encoder extends Module.define({
 *       layer: fields.module(Dense),
 *       kernelInit: fields.initializer(initializers.lecunNormal()),
 *       activation: fields.activation(relu),
 *       dtype: fields.dtype().optional(),
 *     }) { ... }
 */
import { dtypes, Tensor, type Dtype, type Initializer } from '@flaxon/tensor';
import { z } from 'zod';
import type { Module } from './module/module.js';
import { isModule } from './module/state.js';

/** A module; with a class, one of that class. Several: `z.array(fields.module())`, `z.record(z.string(), fields.module())`. */
export function module<M extends Module = Module>(moduleClass?: abstract new (...args: never[]) => M): z.ZodCustom<M, M> {
  const expected = moduleClass === undefined ? 'a module' : `a module of class ${moduleClass.name}`;
  return z.custom<M>((value) => isModule(value) && (moduleClass === undefined || value instanceof moduleClass), { error: `expected ${expected}` });
}

/** A function. */
function func<F extends (...args: never[]) => unknown>(expected: string): z.ZodCustom<F, F> {
  return z.custom<F>((value) => typeof value === 'function', { error: `expected ${expected}` });
}

/** A function of any kind: `fields.function<(x: Tensor) => Tensor>()`. */
export { func as function };

/** An initializer, `(key, shape, dtype) => Tensor`; with an argument, the default. */
export function initializer(): z.ZodCustom<Initializer, Initializer>;
export function initializer(byDefault: Initializer): z.ZodDefault<z.ZodCustom<Initializer, Initializer>>;
export function initializer(byDefault?: Initializer): z.ZodCustom<Initializer, Initializer> | z.ZodDefault<z.ZodCustom<Initializer, Initializer>> {
  const field = func<Initializer>('an initializer, such as `initializers.lecunNormal()`');
  return byDefault === undefined ? field : field.default(() => byDefault);
}

/** A function of one tensor; with an argument, the default. */
export type Activation = (x: Tensor) => Tensor;

export function activation(): z.ZodCustom<Activation, Activation>;
export function activation(byDefault: Activation): z.ZodDefault<z.ZodCustom<Activation, Activation>>;
export function activation(byDefault?: Activation): z.ZodCustom<Activation, Activation> | z.ZodDefault<z.ZodCustom<Activation, Activation>> {
  const field = func<Activation>('a function of a tensor, such as `relu`');
  return byDefault === undefined ? field : field.default(() => byDefault);
}

/** The name of an element type, such as `'float32'`. */
export function dtype(): z.ZodEnum<{ [D in Dtype]: D }> {
  return z.enum(dtypes);
}

/** A tensor. */
export function tensor(): z.ZodCustom<Tensor, Tensor> {
  return z.custom<Tensor>((value) => value instanceof Tensor, { error: 'expected a tensor' });
}
