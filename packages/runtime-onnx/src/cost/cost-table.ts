/** Choices among lowerings that give the same numbers, by what their nodes take. */
import { type Dtype, isStatic, type Shape } from '@flaxon/tensor';
import { cpuCosts } from './cpu-costs.generated.js';

/** By kernel and dtype: ns for each call of a node, and ns for each element. */
export type CostTable = Readonly<Record<string, { readonly [D in Dtype]?: readonly [call: number, element: number] }>>;

/** A way to compute something elementwise: the operators that it takes, each as often as it is applied. */
export interface Candidate<Name extends string = string> {
  readonly name: Name;
  readonly operators: readonly string[];
}

export interface Work {
  readonly dtype: Dtype;
  /** How many elements each node has. */
  readonly elements: number;
}

/** WebAssembly runs the CPU's kernels; of other devices nothing was measured. */
const tables: Readonly<Record<string, CostTable>> = { cpu: cpuCosts, wasm: cpuCosts };

/** What stands for an operator that was not measured: a node of plain arithmetic. */
const plain = 'Add';

/** The ns that `candidate` takes on `device`; undefined where nothing was measured there. */
export function costOf({ operators }: Candidate, { dtype, elements }: Work, device: string): number | undefined {
  const table = Object.hasOwn(tables, device) ? tables[device] : undefined;
  if (table === undefined) return undefined;
  return operators.reduce((sum, operator) => {
    const row = (Object.hasOwn(table, operator) ? table[operator] : undefined) ?? table[plain]!;
    const [call, element] = row[dtype] ?? row.float32 ?? table[plain]!.float32!;
    return sum + call + element * elements;
  }, 0);
}

/**
 * The candidate that takes the least time on `device`; the first of those that take the same. Of a device without measurements, such as `cuda` or `webgpu`, it
 * is the one with the fewest nodes: each is a kernel to launch there, and memory to go through.
 */
export function cheaper<Name extends string>(device: string, work: Work, candidates: readonly [Candidate<Name>, ...Candidate<Name>[]]): Candidate<Name> {
  const price = (candidate: Candidate): number => costOf(candidate, work, device) ?? candidate.operators.length;
  return candidates.reduce((best, candidate) => (price(candidate) < price(best) ? candidate : best));
}

/** What stands for a symbolic dimension: a batch, and not a single example. */
const assumedDim = 64;

/** The number of elements of `shape`, as far as it is known. */
export const assumedElements = (shape: Shape): number => shape.reduce<number>((size, dim) => size * (isStatic(dim) ? dim : assumedDim), 1);
