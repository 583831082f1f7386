import { ArgumentError } from '@flaxon/tensor';

/**
 * The product table of a group of permutations, each a list of the sites that its places are taken from: entry (g, h) is the index of
 * g^-1 h, as `DenseEquivariant` takes it (NetKet: `PermutationGroup.product_table`). Where several symmetries are one permutation, the
 * first product that gives it stands for the first of them, and so on.
 * @throws ArgumentError where they are no group of permutations
 */
export function productTable(permutations: readonly (readonly number[])[]): number[][] {
  const indices = new Map<string, number[]>();
  permutations.forEach((permutation, i) => indices.set(permutation.join(), [...(indices.get(permutation.join()) ?? []), i]));
  return permutations.map((g) => {
    const inverse = inverseOf(g);
    const found = new Map<string, number>();
    return permutations.map((h) => {
      const product = inverse.map((site) => h[site]).join();
      const count = found.get(product) ?? 0;
      found.set(product, count + 1);
      const index = indices.get(product)?.[count];
      if (index === undefined) throw new ArgumentError('productTable', 'permutations', `must be a group: ${product} is the product of more of them than there are`);
      return index;
    });
  });
}

function inverseOf(permutation: readonly number[]): number[] {
  const inverse = permutation.map((_, site) => permutation.indexOf(site));
  if (inverse.includes(-1)) throw new ArgumentError('productTable', 'permutations', `must each name every site once, found ${permutation.join()}`);
  return inverse;
}
