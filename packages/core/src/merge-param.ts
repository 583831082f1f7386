import { MergeParamError } from './errors/module-errors.js';

/**
 * The one of two values that is given (neither undefined nor null): of an attribute and an argument of the same name
 * (Flax: `merge_param`).
 * @throws MergeParamError where neither or both are
 */
export function mergeParam<T>(name: string, attribute: T | null | undefined, argument: T | null | undefined): T {
  const [a, b] = [attribute ?? undefined, argument ?? undefined];
  if (a !== undefined && b !== undefined) throw new MergeParamError(name, 'both');
  const given = a ?? b;
  if (given === undefined) throw new MergeParamError(name, 'neither');
  return given;
}
