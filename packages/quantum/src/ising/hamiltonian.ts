import { ArgumentError, astype, concatenate, expandDims, eye, formatShape, full, mul, roll, ShapeError, sliceAxis, sub, sum, type Tensor } from '@flaxon/tensor';

/**
 * The transverse-field Ising model on a chain, H = J sum over bonds of Z_i Z_j - h sum of X_i, on states of -1 and 1 (NetKet:
 * `nk.operator.Ising`).
 */
export interface IsingOptions {
  readonly sites: number;
  /** The strength of the bonds between neighbours: 1 by default, with which they like to differ. */
  readonly J?: number;
  /** The strength of the field across. */
  readonly h: number;
  /** Whether the last site is a neighbour of the first; true by default. */
  readonly pbc?: boolean;
}

/** States that the Hamiltonian connects with x, and its elements between x and them. */
export interface Connected {
  /** (..., sites + 1, sites): x itself, then x with one site after another flipped, of x's dtype. */
  readonly states: Tensor;
  /** (..., sites + 1), float64. */
  readonly elements: Tensor;
}

/** Bonds as pairs of sites. @throws ArgumentError where the chain has no site */
export function isingBonds({ sites, pbc = true }: IsingOptions): (readonly [number, number])[] {
  if (!Number.isInteger(sites) || sites < 1) throw new ArgumentError('ising', 'sites', `must be a positive whole number, found ${sites}`);
  // A ring of two sites has one bond.
  return Array.from({ length: pbc && sites > 2 ? sites : sites - 1 }, (_, site) => [site, (site + 1) % sites]);
}

/**
 * The states with which the Hamiltonian connects x: (..., sites), and its elements, which are float64 (NetKet:
 * `Ising.get_conn_padded`).
 * @throws ShapeError, ArgumentError
 */
export function isingConnected(x: Tensor, options: IsingOptions): Connected {
  const { sites, h } = options;
  const diagonal = isingDiagonal(x, options);
  const field = full([...x.shape.slice(0, -1), sites], -h, diagonal.dtype);
  const flips = concatenate([full([1, sites], 1, x.dtype), sub(1, mul(eye(sites, sites, 0, x.dtype), 2))]);
  return { states: mul(expandDims(x, -2), flips), elements: concatenate([expandDims(diagonal, -1), field], -1) };
}

/** J times the sum of x_i x_j over the bonds: x (..., sites) to (...). */
function isingDiagonal(x: Tensor, options: IsingOptions): Tensor {
  const { sites, J = 1 } = options;
  if (x.shape.at(-1) !== sites) throw new ShapeError('ising', [formatShape(x.shape)], `the states must be (..., ${sites})`);
  const bonds = isingBonds(options).length;
  const products = mul(x, roll(x, -1, -1));
  return mul(sum(astype(sliceAxis(products, -1, 0, bonds), 'float64'), { axis: -1 }), J);
}
