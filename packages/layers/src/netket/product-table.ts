import { ArgumentError } from '@flaxon/tensor';

/**
 * The product table of a group of permutations, each a list of the sites that its places are taken from: entry (g, h) is the index of
 * g^-1 h, as `DenseEquivariant` takes it (NetKet: `PermutationGroup.product_table`).
 * @throws ArgumentError where they are no group of permutations
 */
export function productTable(permutations: readonly (readonly number[])[]): number[][] {
  const places = new Map(permutations.map((permutation, i) => [permutation.join(), i]));
  const find = (permutation: readonly number[]): number => {
    const found = places.get(permutation.join());
    if (found === undefined) throw new ArgumentError('productTable', 'permutations', `must be a group: they lack ${permutation.join(', ')}`);
    return found;
  };
  return permutations.map((g) => {
    const inverse = inverseOf(g);
    return permutations.map((h) => find(inverse.map((site) => h[site]!)));
  });
}

function inverseOf(permutation: readonly number[]): number[] {
  const inverse = permutation.map((_, site) => permutation.indexOf(site));
  if (inverse.includes(-1)) throw new ArgumentError('productTable', 'permutations', `must each name every site once, found ${permutation.join(', ')}`);
  return inverse;
}
