import { isModule, Module } from '@flaxon/core';
import type { Tensor, Tree } from '@flaxon/tensor';
import { z } from 'zod';

/** What flows from layer to layer. */
export type LayerValue = Tree<Tensor>;

/** A module with `call`, or a function. */
export type Layer = (Module & { call(...args: never[]): unknown }) | ((...args: never[]) => unknown);

const isModuleClass = (value: unknown): boolean => typeof value === 'function' && value.prototype instanceof Module;

function isLayer(value: unknown): boolean {
  if (isModule(value)) return 'call' in value && typeof value.call === 'function';
  return typeof value === 'function' && !isModuleClass(value);
}

const layer = z.custom<Layer>(isLayer, { error: 'expected a module with `call`, such as `new Dense({ features: 8 })`, or a function of a tensor' });

/**
 * Layers one after another (Flax: `nn.Sequential`). Where one returns an array, its elements are the arguments of the next.
 * Submodules: `layers_0`, `layers_1`, ..., counting functions too.
 */
export class Sequential extends Module.define({
  layers: z.array(layer).min(1, { error: 'expected at least one layer' }),
}) {
  static readonly moduleName: string = 'Sequential';
  /** The arguments of the first layer, to the result of the last. */
  call(...args: readonly LayerValue[]): LayerValue;
  call(x: Tensor): Tensor;
  call(...args: readonly LayerValue[]): LayerValue {
    let values = args;
    let result: LayerValue = null;
    for (const next of this.layers) {
      result = (isModule(next) ? next.call(...(values as never[])) : next(...(values as never[]))) as LayerValue;
      values = Array.isArray(result) ? (result as readonly LayerValue[]) : [result];
    }
    return result;
  }
}
