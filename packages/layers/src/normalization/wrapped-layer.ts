/** What layers share that change the variables of another. */
import { fields, isModule, type Module, type Variables } from '@flaxon/core';
import { tree, type Tensor, type Tree } from '@flaxon/tensor';
import { z } from 'zod';

/** A module with `call` that gives a tensor. */
export type WrappedLayer = Module & { call(...args: never[]): Tensor };

/** The attribute that holds it. */
export const wrappedLayer = (): z.ZodCustom<WrappedLayer, WrappedLayer> =>
  z.custom<WrappedLayer>((value) => isModule(value) && fields.module().safeParse(value).success && 'call' in value && typeof value.call === 'function', {
    error: 'expected a module with `call`, such as `new Dense({ features: 8 })`',
  });

/** Every variable of `layer` replaced by what `f` gives for it and its path, `layer_instance/kernel`. */
export function mapWithPath(layer: Module, collections: Variables, f: (value: Tensor, path: string) => Tensor): Variables {
  const all = collections as Tree<Tensor>;
  const values = tree.flattenWithPath<Tensor>(all).map(({ path, leaf }) => f(leaf, [layer.name, ...path.split('/').slice(1)].join('/')));
  return tree.unflatten(tree.structure(all), values) as Variables;
}
