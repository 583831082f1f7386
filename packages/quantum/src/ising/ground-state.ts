import { ArgumentError } from '@flaxon/tensor';
import { isingBonds, type IsingOptions } from './hamiltonian.js';
import { lanczos } from './lanczos.js';

const maxSites = 20;

/**
 * The least eigenvalue of the Hamiltonian, by the method of Lanczos over all 2^sites states (NetKet: `nk.exact.lanczos_ed`).
 * @throws ArgumentError for more than 20 sites, whose states would fill the memory
 */
export function isingGroundStateEnergy(options: IsingOptions): number {
  const { sites, h, J = 1 } = options;
  if (sites > maxSites) throw new ArgumentError('isingGroundStateEnergy', 'sites', `must be at most ${maxSites}, found ${sites}`);
  const bonds = isingBonds(options);
  const spin = (state: number, site: number): number => 1 - 2 * ((state >> site) & 1);
  const diagonal = Float64Array.from({ length: 2 ** sites }, (_, state) => J * bonds.reduce((sum, [i, j]) => sum + spin(state, i) * spin(state, j), 0));
  return lanczos(diagonal.length, (x) => x.map((value, state) => {
    let flipped = 0;
    for (let site = 0; site < sites; site++) flipped += x[state ^ (1 << site)]!;
    return diagonal[state]! * value - h * flipped;
  }));
}
