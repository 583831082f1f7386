import type { Shape } from '../shape/shape.js';
import { contractionOrder, type ContractionTerm, type ContractionTree } from './contraction-order.js';
import { comparedSize, labelSizes, parse } from './einsum.js';

export interface EinsumPath {
  /**
   * Which operands are contracted, by their places in the list of those that are left: they leave it, and their product is put at its end. As
   * NumPy and opt_einsum have it.
   */
  readonly path: readonly (readonly number[])[];
  /** How many products of two elements that takes. */
  readonly multiplications: number;
  /** The same for all operands at once, without an order. */
  readonly naiveMultiplications: number;
}

/** The labels that a term has when it is contracted: axes of size 1 that broadcast, and those that nothing else needs, are gone. */
function reduced(inputs: readonly (readonly string[])[], output: readonly string[], isOne: (term: number, axis: number) => boolean): ContractionTerm[] {
  const kept = inputs.map((labels, i) => [...new Set(labels.filter((_, axis) => !isOne(i, axis)))]);
  return kept.map((labels, i) => {
    const needed = new Set([...output, ...kept.flatMap((others, j) => (j === i ? [] : others))]);
    return { labels: labels.filter((label) => needed.has(label)) };
  });
}

/**
 * The order in which `einsum` contracts operands of these shapes (tensors or specs), and what it costs (jnp.einsum_path). A symbolic size counts as 64.
 *
 *     einsumPath('ij,jk,kl->il', a, b, c).path // [[0, 1], [0, 1]]: (a b) c
 *
 * @throws ArgumentError where the subscripts do not fit
 */
export function einsumPath(subscripts: string, ...operands: readonly { readonly shape: Shape }[]): EinsumPath {
  const { inputs, output } = parse(subscripts, operands.map(({ shape }) => shape.length));
  const sizes = labelSizes({ inputs, output }, operands.map(({ shape }) => shape));
  const sizeOf = comparedSize(sizes);
  const terms = reduced(inputs, output, (term, axis) => operands[term]!.shape[axis] === 1 && sizes.get(inputs[term]![axis]!) !== 1);
  const productOf = (labels: Iterable<string>): number => [...labels].reduce((product, label) => product * sizeOf(label), 1);
  const naiveMultiplications = Math.max(0, terms.length - 1) * productOf(new Set(terms.flatMap(({ labels }) => labels)));
  if (terms.length === 1) return { path: [[0]], multiplications: 0, naiveMultiplications };
  const left: { readonly tree: ContractionTree; readonly labels: ReadonlySet<string> }[] = terms.map(({ labels }, tree) => ({ tree, labels: new Set(labels) }));
  const path: number[][] = [];
  let multiplications = 0;
  const contract = (tree: ContractionTree): void => {
    if (typeof tree === 'number') return;
    tree.forEach(contract);
    const places = tree.map((part) => left.findIndex((one) => one.tree === part)).sort((a, b) => a - b);
    const both = new Set(places.flatMap((place) => [...left[place]!.labels]));
    for (const place of [...places].reverse()) left.splice(place, 1);
    const needed = new Set([...output, ...left.flatMap(({ labels }) => [...labels])]);
    left.push({ tree, labels: new Set([...both].filter((label) => needed.has(label))) });
    path.push(places);
    multiplications += productOf(both);
  };
  contract(contractionOrder(terms, output, sizeOf));
  return { path, multiplications, naiveMultiplications };
}
