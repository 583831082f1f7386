import { describe, expect, it } from 'vitest';
import { contractionOrder, type ContractionTree } from '../../src/ops/contraction-order.js';
import * as fx from '../../src/index.js';

type Sizes = Readonly<Record<string, number>>;

/** Multiplications of an order, counted step by step. */
function costOf(inputs: readonly string[], output: string, sizes: Sizes, tree: ContractionTree): number {
  let cost = 0;
  const labelsIn = (part: ContractionTree): string[] => (typeof part === 'number' ? [...inputs[part]!] : part.flatMap(labelsIn));
  const contract = (part: ContractionTree, needed: ReadonlySet<string>): Set<string> => {
    if (typeof part === 'number') return new Set(inputs[part]!);
    const a = contract(part[0], new Set([...needed, ...labelsIn(part[1])]));
    const b = contract(part[1], new Set([...needed, ...labelsIn(part[0])]));
    const both = [...new Set([...a, ...b])];
    cost += both.reduce((product, label) => product * sizes[label]!, 1);
    return new Set(both.filter((label) => needed.has(label)));
  };
  contract(tree, new Set(output));
  return cost;
}

/** Every order: all ways to join two of what is left. */
function allTrees(parts: readonly ContractionTree[]): ContractionTree[] {
  if (parts.length === 1) return [parts[0]!];
  return parts.flatMap((a, i) => parts.slice(i + 1).flatMap((b, k) => allTrees([...parts.filter((_, at) => at !== i && at !== i + 1 + k), [a, b]])));
}

const examples: readonly (readonly [inputs: readonly string[], output: string, sizes: Sizes])[] = [
  [['ab', 'bc', 'cd', 'de'], 'ae', { a: 10, b: 100, c: 5, d: 50, e: 1 }],
  [['ab', 'bc', 'cd'], 'ad', { a: 2, b: 30, c: 20, d: 40 }],
  // The cheapest pair first multiplies 726 times here, the best order 294 times.
  [['ab', 'bc', 'cd', 'de'], 'ae', { a: 7, b: 7, c: 8, d: 2, e: 6 }],
  [['ab', 'bc', 'cd', 'da'], '', { a: 8, b: 2, c: 9, d: 7 }],
  [['abc', 'bd', 'cd', 'ae', 'e'], 'd', { a: 6, b: 3, c: 4, d: 5, e: 7 }],
];

describe('the order of a contraction', () => {
  it.each(examples)('of %j to %j is the cheapest of all', (inputs, output, sizes) => {
    const terms = inputs.map((labels) => ({ labels: [...labels] }));
    const found = costOf(inputs, output, sizes, contractionOrder(terms, [...output], (label) => sizes[label]!));
    const costs = allTrees(inputs.map((_, i) => i)).map((tree) => costOf(inputs, output, sizes, tree));
    expect(found).toBe(Math.min(...costs));
    expect(Math.max(...costs)).toBeGreaterThan(found);
  });

  it('of many operands is found without looking at all orders', () => {
    const count = 24;
    const letters = [...'abcdefghijklmnopqrstuvwxyz'];
    const subscripts = `${Array.from({ length: count }, (_, i) => `${letters[i]!}${letters[i + 1]!}`).join(',')}->a${letters[count]!}`;
    const matrix = fx.tensor([[0.5, 0.25], [0, 1]], { dtype: 'float64' });
    const product = Array.from({ length: count - 1 }).reduce<fx.Tensor>((total) => fx.matmul(total, matrix), matrix);
    const found = fx.einsum(subscripts, ...Array.from({ length: count }, () => matrix));
    expect(fx.allclose(found, product, { rtol: 1e-12, atol: 1e-14 }).item()).toBe(true);
  });
});
