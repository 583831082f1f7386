import { isObject } from '../values.js';
import { type Library, lookUp } from './library.js';

/**
 * Arguments of layers' `call` that Python takes by position or by name, and this library by name alone: in the order of their
 * positions, after `inputs` others.
 */
const namedArguments: Readonly<Record<string, { readonly inputs: number; readonly names: readonly string[] }>> = {
  BatchNorm: { inputs: 1, names: ['useRunningAverage'] },
  Dropout: { inputs: 1, names: ['deterministic', 'rng'] },
};

/** The arguments of a call of `module`, with those that it takes by name in an object at the end. */
export function layerArguments(library: Library, module: unknown, method: string, args: readonly unknown[]): readonly unknown[] {
  const named = method === 'call' ? Object.entries(namedArguments).find(([layer]) => isInstance(module, lookUp(library.layers, layer))) : undefined;
  if (named === undefined) return args;
  const [, { inputs, names }] = named;
  const rest = args.slice(inputs);
  if (rest.length === 0 || isObject(rest[0])) return args;
  return [...args.slice(0, inputs), Object.fromEntries(rest.map((value, i) => [names[i] ?? `argument ${inputs + i}`, value]))];
}

const isInstance = (value: unknown, layer: unknown): boolean => typeof layer === 'function' && value instanceof layer;
