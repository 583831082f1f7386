import { type Initializer, Tensor } from '@flaxon/tensor';
import { MissingError } from '../errors.js';
import { mapEntries } from '../values.js';
import { type Library, lookUp, requireFunction } from './library.js';

/** What a case writes for an initializer: its name and attributes. */
export interface InitializerSpec {
  readonly name: string;
  readonly [attribute: string]: unknown;
}

/** The initializer that a case describes; an array among its attributes is given as nested numbers. @throws MissingError where the library has none of that name. */
export function makeInitializer(spec: InitializerSpec, library: Library): Initializer {
  if (lookUp(library.tensor, `initializers.${spec.name}`) === undefined) throw new MissingError(`initializers.${spec.name}`);
  const config = mapEntries(spec, (value) => (value instanceof Tensor ? value.toArray() : value));
  return requireFunction([library.tensor], 'initializers.initializerFromConfig')(config) as Initializer;
}
