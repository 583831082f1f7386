import { asObject, type Value } from '../values.js';
import { asModule } from './module-api.js';

/** Functions of cases that are no functions of the library: what they do is said here. */
export const caseFunctions: Readonly<Record<string, (args: readonly Value[], attributes: Readonly<Record<string, unknown>>) => Value>> = {
  /** The output of the module `attributes.module` with given variables. */
  applyModule: ([variables, ...inputs], { module }) => asModule(module).apply(asObject(variables, 'variables'), inputs),
};
