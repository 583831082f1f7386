import type { z } from 'zod';
import type { Scope } from '../scope/scope.js';
import type { Module } from './module.js';

/** Attributes by name: a zod type each. */
export type AttributeShape = Readonly<Record<string, z.ZodType>>;

type NoAttributes = Record<never, never>;

/** What the constructor takes for a shape: attributes with defaults may be left out. */
export type AttributesInput<Shape extends AttributeShape> = [keyof Shape] extends [never] ? NoAttributes : z.input<z.ZodObject<Shape, z.core.$strict>>;

/** What a module of a shape has as properties. Optional ones that were not given are there, as undefined. */
export type AttributesOutput<Shape extends AttributeShape> = { readonly [Name in keyof Shape]: z.output<Shape[Name]> };

/** What every module takes besides its attributes. */
export interface ModuleOptions {
  /** The name in place of the automatic one. */
  readonly name?: string;
  /**
   * Whose submodule it is: by default that of the module whose method is running. With null it belongs nowhere until it
   * becomes an attribute of a module; with a scope it is bound there.
   */
  readonly parent?: Module | Scope | null;
}

declare const input: unique symbol;

/** Carries the type of the constructor's attributes to the instance, for `clone` and `copy`; nothing at run time. */
export interface WithInput<Input> {
  readonly [input]?: Input;
}

/** What the constructor of a module takes. */
export type InputOf<M> = M extends WithInput<infer Input> ? Input : unknown;

type Simplify<T> = { [K in keyof T]: T[K] };

type ConstructorArguments<Input> = NoAttributes extends Input
  ? [attributes?: Simplify<Input>, options?: ModuleOptions]
  : [attributes: Simplify<Input>, options?: ModuleOptions];

/** Any class of modules: a base for `define`. */
export type ModuleClass = (abstract new (...args: never[]) => Module) & { readonly attributes: AttributeShape };

/** The class that `Base.define(shape)` returns, to be extended: that of `Base` with more attributes. */
export type DefinedModuleClass<Base extends ModuleClass, Shape extends AttributeShape> = Omit<Base, 'prototype'> & {
  readonly prototype: InstanceType<Base> & AttributesOutput<Shape>;
  new (...args: ConstructorArguments<InputOf<InstanceType<Base>> & AttributesInput<Shape>>): InstanceType<Base> &
    AttributesOutput<Shape> &
    WithInput<InputOf<InstanceType<Base>> & AttributesInput<Shape>>;
};
