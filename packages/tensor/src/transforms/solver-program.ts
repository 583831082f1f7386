import { ArgumentError } from '../errors/errors.js';
import { trace, type Traced } from '../program/trace.js';
import { formatShape } from '../shape/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireSameStructure, unflatten, type Tree, type TreeStructure } from '../tree/tree.js';
import { flattenTensors } from './function.js';

type AnyTree = Tree<Tensor>;

/** What a solver returns: a solution, and with `hasAux` further results. */
function splitSolution(operation: string, result: unknown, hasAux: boolean): readonly [unknown, unknown] {
  if (!hasAux) return [result, null];
  if (!Array.isArray(result) || result.length !== 2) throw new ArgumentError(operation, 'solve', 'must return a pair, `[solution, aux]`, with `hasAux`');
  return [result[0], result[1]];
}

export interface SolverProgram extends Traced {
  /** The tree of the further results. */
  readonly aux: TreeStructure;
}

interface Flat {
  readonly leaves: readonly Tensor[];
  readonly structure: TreeStructure;
}

/** `f` as a program of the leaves of trees like `like`, whose result is like the first of them. @throws TreeError, ArgumentError where it is not */
export function programOf(operation: string, name: string, like: readonly Flat[], f: (...trees: AnyTree[]) => unknown, hasAux = false): SolverProgram {
  let aux: TreeStructure = { kind: 'none' };
  const sizes = like.map(({ leaves }) => leaves.length);
  const traced = trace((...inputs) => {
    let next = 0;
    const trees = like.map(({ structure }, i) => unflatten<Tensor>(structure, inputs.slice(next, (next += sizes[i]!))));
    const [value, more] = splitSolution(operation, f(...trees), hasAux);
    const found = flattenTensors(operation, value);
    requireSameStructure(like[0]!.structure, found.structure);
    const wrong = found.leaves.findIndex((leaf, i) => String(leaf.shape) !== String(like[0]!.leaves[i]!.shape));
    if (wrong >= 0) throw new ArgumentError(operation, name, `must give what has the shapes of its argument, found ${formatShape(found.leaves[wrong]!.shape)} for ${formatShape(like[0]!.leaves[wrong]!.shape)}`);
    const rest = flattenTensors(operation, more);
    aux = rest.structure;
    return [...found.leaves, ...rest.leaves];
  }, like.flatMap(({ leaves }) => leaves));
  return { ...traced, aux };
}
