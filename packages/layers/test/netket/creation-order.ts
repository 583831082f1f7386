import { ones, type Initializer } from '@flaxon/tensor';

/** The names of parameters in the order in which `init` makes them: it gets an initializer for each of `kernel` and `bias`. */
export function creationOrder(init: (attributes: { readonly kernelInit: Initializer; readonly biasInit: Initializer }) => void): string[] {
  const made: string[] = [];
  const noting = (name: string): Initializer => (_, shape, dtype) => {
    made.push(name);
    return ones(shape, dtype);
  };
  init({ kernelInit: noting('kernel'), biasInit: noting('bias') });
  return made;
}
