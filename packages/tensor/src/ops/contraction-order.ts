/** What of an operand the order depends on. */
export interface ContractionTerm {
  readonly labels: readonly string[];
}

/** Which terms are contracted with which: a term by its place, or a pair. */
export type ContractionTree = number | readonly [ContractionTree, ContractionTree];

/** Up to so many terms the best order is found among all. */
const mostExact = 9;

const labelsOf = (terms: readonly ContractionTerm[], members: number): Set<string> => new Set(terms.flatMap(({ labels }, i) => ((members >> i) & 1 ? labels : [])));

/** The labels that remain when the members are contracted: those that something outside them needs. */
function remaining(terms: readonly ContractionTerm[], output: readonly string[], members: number): Set<string> {
  const outside = new Set([...output, ...labelsOf(terms, ~members)]);
  return new Set([...labelsOf(terms, members)].filter((label) => outside.has(label)));
}

interface Plan {
  readonly cost: number;
  readonly tree: ContractionTree;
  readonly labels: ReadonlySet<string>;
}

const productOf = (labels: Iterable<string>, sizeOf: (label: string) => number): number => [...labels].reduce((product, label) => product * sizeOf(label), 1);

/** The best way to contract each set of terms, from small sets to large ones: all ways to split a set in two are compared. */
function bestPlan(terms: readonly ContractionTerm[], output: readonly string[], sizeOf: (label: string) => number): ContractionTree {
  const all = 2 ** terms.length - 1;
  const plans: Plan[] = [];
  for (let members = 1; members <= all; members++) {
    const labels = remaining(terms, output, members);
    if ((members & (members - 1)) === 0) {
      plans[members] = { cost: 0, tree: Math.log2(members), labels };
      continue;
    }
    let best: Plan | undefined;
    // The part with the lowest term stands on the left, so that each split is seen once.
    const lowest = members & -members;
    for (let left = (members - 1) & members; left > 0; left = (left - 1) & members) {
      if ((left & lowest) === 0) continue;
      const [a, b] = [plans[left]!, plans[members ^ left]!];
      const cost = a.cost + b.cost + productOf(new Set([...a.labels, ...b.labels]), sizeOf);
      if (best === undefined || cost < best.cost) best = { cost, tree: [a.tree, b.tree], labels };
    }
    plans[members] = best!;
  }
  return plans[all]!.tree;
}

/** The cheapest pair first, again and again. */
function greedyPlan(terms: readonly ContractionTerm[], output: readonly string[], sizeOf: (label: string) => number): ContractionTree {
  let rest = terms.map(({ labels }, i): Pick<Plan, 'tree' | 'labels'> => ({ tree: i, labels: new Set(labels) }));
  while (rest.length > 1) {
    let [first, second, least] = [0, 1, Infinity];
    for (let i = 0; i < rest.length; i++) {
      for (let j = i + 1; j < rest.length; j++) {
        const cost = productOf(new Set([...rest[i]!.labels, ...rest[j]!.labels]), sizeOf);
        if (cost < least) [first, second, least] = [i, j, cost];
      }
    }
    const others = rest.filter((_, i) => i !== first && i !== second);
    const needed = new Set([...output, ...others.flatMap(({ labels }) => [...labels])]);
    const labels = new Set([...rest[first]!.labels, ...rest[second]!.labels].filter((label) => needed.has(label)));
    rest = [...others, { tree: [rest[first]!.tree, rest[second]!.tree], labels }];
  }
  return rest[0]!.tree;
}

/**
 * In which order operands are contracted pair by pair, by the number of multiplications: the best order of up to nine operands (by
 * dynamic programming over sets of them), the cheapest pair first of more (as opt_einsum's `optimal` and `greedy`).
 */
export const contractionOrder = (terms: readonly ContractionTerm[], output: readonly string[], sizeOf: (label: string) => number): ContractionTree =>
  (terms.length <= mostExact ? bestPlan : greedyPlan)(terms, output, sizeOf);
