import { add, astype, choFactor, choSolve, concatenate, expandDims, eye, grad, matmul, mul, reshape, sizeOf, split, sqrt, squeeze, sub, transpose, tree, vmap, type Tensor, type Tree } from '@flaxon/tensor';
import type { LogPsi } from '../ising/local-energy.js';

/** Stochastic reconfiguration, or the natural gradient (NetKet: `SR`; Sorella, 1998). */
export interface StochasticReconfiguration {
  /** What is added to the diagonal of the metric: 0.01 by default. */
  readonly diagShift?: number;
}

/** What the derivatives of an expectation are taken of: states (batch, sites), their weights (batch), values (batch) with mean 0. */
export interface WeightedValues {
  readonly states: Tensor;
  readonly weights: Tensor;
  readonly centred: Tensor;
}

/**
 * The solution d of (S + diagShift) d = F, with O the derivatives of log psi by the parameters at each state, means by the weights,
 * F = 2 mean(values (O - mean O)) and S = mean((O - mean O)^T (O - mean O)): a tree like the parameters. With X = sqrt(weights) (O - mean O) it
 * is solved for as many unknowns as there are parameters or states, whichever are fewer (Chen and Heyl, 2024).
 */
export function naturalGradient(logPsiOf: (params: Tree<Tensor>) => LogPsi, params: Tree<Tensor>, { states, weights, centred }: WeightedValues, { diagShift = 0.01 }: StochasticReconfiguration): Tree<Tensor> {
  const leaves = tree.leaves(params);
  const single = (state: Tensor): Tensor => flattened(tree.leaves(grad((given: Tree<Tensor>) => squeeze(logPsiOf(given)(expandDims(state, 0)), 0))(params) as Tree<Tensor>));
  const derivatives = vmap(single)(states) as Tensor;
  const root = sqrt(weights);
  const centre = matmul(weights, derivatives);
  const rows = mul(expandDims(root, 1), sub(derivatives, centre));
  const values = mul(mul(root, centred), 2);
  const [count, size] = rows.shape as [number, number];

  const columns = transpose(rows);
  const direction = size <= count
    ? solveShifted(matmul(columns, rows), matmul(columns, values), diagShift)
    : matmul(columns, solveShifted(matmul(rows, columns), values, diagShift));
  return tree.unflatten(tree.structure(params), unflattened(direction, leaves));
}

/** x with (matrix + shift) x = right, of a matrix without negative eigenvalues. */
const solveShifted = (matrix: Tensor, right: Tensor, shift: number): Tensor => {
  const size = matrix.shape[0] as number;
  return choSolve(choFactor(add(matrix, mul(eye(size, size, 0, matrix.dtype), shift))), right);
};

const flattened = (leaves: readonly Tensor[]): Tensor => concatenate(leaves.map((leaf) => reshape(leaf, [-1])));

/** The parts of a vector in the shapes and dtypes of `leaves`. */
function unflattened(vector: Tensor, leaves: readonly Tensor[]): Tensor[] {
  const sizes = leaves.map(({ shape }) => sizeOf(shape as readonly number[]));
  const ends = sizes.slice(0, -1).map((_, i) => sizes.slice(0, i + 1).reduce((sum, size) => sum + size, 0));
  return split(vector, ends).map((part, i) => astype(reshape(part, leaves[i]!.shape), leaves[i]!.dtype));
}
