import { ArgumentError, exp, initializers, mul, ShapeError, sum, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { isingBonds, isingConnected, isingExpectation, isingGroundStateEnergy, isingLocalEnergy, isingModelLocalEnergy, models } from '../../src/index.js';
import { basisOf, elements, expectClose, key, sample } from '../helpers.js';

/** Of fermions without interaction (Pfeuty, 1970), a ring of an even number of sites. */
const ringEnergy = (sites: number, h: number): number =>
  -Array.from({ length: sites }, (_, m) => Math.sqrt(1 + h * h - 2 * h * Math.cos(((2 * m + 1) * Math.PI) / sites))).reduce((total, energy) => total + energy);

/** The Hamiltonian as a matrix over the basis. */
function matrixOf(sites: number, J: number, h: number, pbc: boolean): number[][] {
  const states = basisOf(sites).toArray() as number[][];
  return states.map((x) => states.map((y) => {
    const apart = x.filter((value, i) => value !== y[i]).length;
    if (apart === 0) return J * x.reduce((total, value, i) => (i + 1 < sites || (pbc && sites > 2) ? total + value * x[(i + 1) % sites]! : total), 0);
    return apart === 1 ? -h : 0;
  }));
}

describe.each([[4, 1, 1, true], [3, -0.5, 0.7, true], [5, 0.7, 1.3, false], [2, 1, 1, true], [1, 1, 2, false]] as const)('the Ising model of %i sites, J %f, h %f, ring %s', (sites, J, h, pbc) => {
  const options = { sites, J, h, pbc };
  const basis = basisOf(sites);
  const logPsi = sample(1, [2 ** sites]);
  const psi = elements(logPsi).map((value) => Math.exp(value));
  const matrix = matrixOf(sites, J, h, pbc);
  const energies = matrix.map((row, x) => row.reduce((total, element, y) => total + element * psi[y]!, 0) / psi[x]!);

  it('has local energies (H psi)(x) / psi(x)', () => {
    expectClose(isingLocalEnergy(basis, basis, logPsi, options), energies, 1e-13);
  });

  it('has the mean and variance of psi H psi and of its square', () => {
    const norm = psi.reduce((total, value) => total + value * value, 0);
    const mean = psi.reduce((total, value, x) => total + value * value * energies[x]!, 0) / norm;
    const square = psi.reduce((total, value, x) => total + value * value * energies[x]! ** 2, 0) / norm;
    const found = isingExpectation(basis, logPsi, options);
    expectClose(found.mean, [mean], 1e-13);
    expectClose(found.variance, [square - mean * mean], 1e-11);
  });

  it('connects a state with itself and those with one site flipped', () => {
    const { states, elements: row } = isingConnected(basis, options);
    expect([states.shape, states.dtype, row.dtype]).toEqual([[2 ** sites, sites + 1, sites], 'int8', 'float64']);
    const [first] = states.toArray() as number[][][];
    expect(first).toEqual([basis.toArray() as number[][]][0]!.slice(0, 1).flatMap((x) => [x, ...x.map((_, at) => x.map((value, i) => (i === at ? -value : value)))]));
    expectClose(row, matrix.flatMap((line, x) => [line[x]!, ...Array.from({ length: sites }, () => -h)]), 1e-15);
  });

  it('has a least energy that no state goes below and whose square is its eigenvalue', () => {
    const least = isingGroundStateEnergy(options);
    expect(Number(isingExpectation(basis, logPsi, options).mean.item())).toBeGreaterThan(least - 1e-12);
    // (1 - H / bound) to a high power leaves the ground state alone.
    const bound = 2 * (sites * Math.abs(J) + sites * h);
    let vector = psi;
    for (let i = 0; i < 4000; i++) {
      const next = vector.map((value, x) => value - matrix[x]!.reduce((total, element, y) => total + element * vector[y]!, 0) / bound);
      const length = Math.hypot(...next);
      vector = next.map((value) => value / length);
    }
    const energy = vector.reduce((total, value, x) => total + value * matrix[x]!.reduce((all, element, y) => all + element * vector[y]!, 0), 0);
    expect(Math.abs(energy - least)).toBeLessThan(1e-9);
  });
});

describe('the ground state of a ring', () => {
  it.each([[6, 0.5], [8, 1], [10, 2], [12, 1]])('of %i sites in a field of %f is that of free fermions', (sites, h) => {
    expect(Math.abs(isingGroundStateEnergy({ sites, h }) - ringEnergy(sites, h))).toBeLessThan(1e-10);
    expect(Math.abs(isingGroundStateEnergy({ sites, h, J: -1 }) - ringEnergy(sites, h))).toBeLessThan(1e-10);
  });

  it('of an odd number of sites depends on the sign of J', () => {
    expect(isingGroundStateEnergy({ sites: 3, h: 1 })).toBeCloseTo(-2 * Math.sqrt(3), 10);
    expect(isingGroundStateEnergy({ sites: 3, h: 1, J: -1 })).toBeCloseTo(-4, 10);
  });
});

describe('local energies of a model', () => {
  it('are those of its table', () => {
    const module = new models.RBM({ kernelInit: initializers.normal({ stddev: 0.4 }) });
    const basis = basisOf(4);
    const variables = module.init(key, [basis]);
    const options = { sites: 4, h: 0.8 };
    const table = module.apply(variables, [basis]);
    expectClose(isingModelLocalEnergy(variables, basis, { module, ...options }), elements(isingLocalEnergy(basis, basis, table, options)), 1e-13);
  });

  it('have the mean of the energy under |psi|^2', () => {
    const module = new models.ARNNDense({ sites: 4, localStates: [1, -1], layers: 2, features: 3 });
    const basis = basisOf(4);
    const variables = module.init(key, [basis]);
    const logPsi = module.apply(variables, [basis]) as Tensor;
    const mean = sum(mul(exp(mul(logPsi, 2)), isingModelLocalEnergy(variables, basis, { module, sites: 4, h: 1 })));
    expectClose(mean, elements(isingExpectation(basis, logPsi, { sites: 4, h: 1 }).mean), 1e-13);
  });
});

describe('elements of the Hamiltonian', () => {
  it.each(['int8', 'float32', 'float64'] as const)('are float64 for states of %s, which keep their dtype', (dtype) => {
    const { states, elements: row } = isingConnected(tensor([[1, -1]], { dtype }), { sites: 2, h: 1 });
    expect([states.dtype, row.dtype]).toEqual([dtype, 'float64']);
  });
});

describe('bad chains', () => {
  it('are refused', () => {
    expect(() => isingBonds({ sites: 0, h: 1 })).toThrow(ArgumentError);
    expect(() => isingGroundStateEnergy({ sites: 30, h: 1 })).toThrow(/must be at most 20, found 30/);
    expect(() => isingConnected(tensor([1, 1]), { sites: 3, h: 1 })).toThrow(ShapeError);
  });
});
