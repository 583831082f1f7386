import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';

const shapes = (...list: readonly (readonly (number | string)[])[]): fx.Spec[] => list.map((shape) => fx.spec('float32', shape));

describe('einsumPath', () => {
  it('contracts a chain of matrices from the end that is cheaper', () => {
    expect(fx.einsumPath('ij,jk,kl->il', ...shapes([10, 100], [100, 5], [5, 50]))).toEqual({ path: [[0, 1], [0, 1]], multiplications: 7500, naiveMultiplications: 2 * 10 * 100 * 5 * 50 });
    expect(fx.einsumPath('ij,jk,kl->il', ...shapes([50, 5], [5, 100], [100, 10])).path).toEqual([[1, 2], [0, 1]]);
  });
  it('finds the cost that the textbook has for six matrices', () => {
    // T. Cormen et al., Introduction to Algorithms, 15.2.
    const sizes = [30, 35, 15, 5, 10, 20, 25];
    const matrices = sizes.slice(1).map((size, i) => [sizes[i]!, size]);
    expect(fx.einsumPath('ab,bc,cd,de,ef,fg->ag', ...shapes(...matrices)).multiplications).toBe(15125);
  });
  it('says what einsum does: so many products has its program', () => {
    const given = shapes([2, 3], [3, 4, 2], [4, 5], [5, 2]);
    const { program } = fx.trace((...xs) => [fx.einsum('ij,jka,kl,lb->ib', ...xs)], given);
    expect(program.equations.filter(({ primitive }) => primitive === 'dot').length).toBe(fx.einsumPath('ij,jka,kl,lb->ib', ...given).path.length);
  });
  it('counts neither what is summed before nor axes of size 1 that broadcast', () => {
    expect(fx.einsumPath('ij,kj->k', ...shapes([7, 3], [2, 3])).multiplications).toBe(6);
    expect(fx.einsumPath('...i,...i->...', ...shapes([1, 3], [4, 3])).multiplications).toBe(12);
    expect(fx.einsumPath('ii,i->', ...shapes([3, 3], [3])).multiplications).toBe(3);
  });
  it('has nothing to do for one operand', () => expect(fx.einsumPath('ij->ji', ...shapes([2, 3]))).toEqual({ path: [[0]], multiplications: 0, naiveMultiplications: 0 }));
  it('takes symbolic sizes', () => expect(fx.einsumPath('bi,ij,jk->bk', ...shapes(['batch', 3], [3, 1000], [1000, 2])).path).toEqual([[1, 2], [0, 1]]));
  it('refuses subscripts that do not fit, as einsum does', () => expect(() => fx.einsumPath('ij,jk', ...shapes([2, 3], [4, 5]))).toThrow(/gives axis j the sizes 3 and 4/));
});
