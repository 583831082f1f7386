import { ArgumentError } from '../errors/errors.js';
import { bindOne } from '../program/bind.js';
import type { Dim } from '../shape/dim.js';
import type { Shape } from '../shape/shape.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { dotGeneral } from './contract.js';
import { contractionOrder, type ContractionTree } from './contraction-order.js';
import { equal } from './elementwise.js';
import { iota } from './create.js';
import { convert, promote } from './operand.js';
import { sum } from './reduce.js';
import { reshape, transpose } from './shape.js';

interface Term {
  readonly value: Tensor;
  readonly labels: readonly string[];
}

export interface Equation {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** Labels of each operand; the axes of `...` are named `.0`, `.1`, ... counted from the last. */
export function parse(subscripts: string, ranks: readonly number[]): Equation {
  const [left, right, ...more] = subscripts.replaceAll(' ', '').split('->');
  const parts = left!.split(',');
  if (more.length > 0 || parts.length !== ranks.length) throw new ArgumentError('einsum', 'subscripts', `must name ${ranks.length} operands, found ${JSON.stringify(subscripts)}`);
  let widest = 0;
  const inputs = parts.map((part, i) => {
    const named = part.replace('...', '').length;
    const dots = part.includes('...') ? ranks[i]! - named : 0;
    if (dots < 0 || named + dots !== ranks[i]) throw new ArgumentError('einsum', 'subscripts', `names ${named} axes of operand ${i}, which has rank ${ranks[i]}`);
    widest = Math.max(widest, dots);
    return expand(part, dots);
  });
  if (right !== undefined) return { inputs, output: expand(right, widest) };
  const flat = inputs.flat();
  const once = [...new Set(flat)].filter((label) => !label.startsWith('.') && flat.filter((other) => other === label).length === 1).sort();
  return { inputs, output: [...expand('...', widest), ...once] };
}

function expand(part: string, dots: number): string[] {
  const labels: string[] = [];
  for (let i = 0; i < part.length; i++) {
    if (part.startsWith('...', i)) {
      for (let dot = dots - 1; dot >= 0; dot--) labels.push(`.${dot}`);
      i += 2;
    } else labels.push(part[i]!);
  }
  return labels;
}

/** Takes the diagonal where a label stands twice, and sums labels that nothing else needs. */
function reduceTerm({ value, labels }: Term, needed: ReadonlySet<string>): Term {
  const repeat = labels.findIndex((label, i) => labels.indexOf(label) !== i);
  if (repeat >= 0) {
    const first = labels.indexOf(labels[repeat]!);
    const square = value.shape.map((dim, i) => (i === first || i === repeat ? dim : 1));
    const mask = equal(iota('int32', square, first), iota('int32', square, repeat));
    const masked = bindOne('where', [mask, value, convert(0, value.dtype)], {});
    return reduceTerm({ value: sum(masked, { axis: repeat }), labels: labels.filter((_, i) => i !== repeat) }, needed);
  }
  const free = labels.flatMap((label, i) => (needed.has(label) ? [] : [i]));
  if (free.length === 0) return { value, labels };
  return { value: sum(value, { axis: free }), labels: labels.filter((label) => needed.has(label)) };
}

/** Axes of size 1 under `...` broadcast: their label goes, unless every operand has size 1 there. */
function dropOnes(term: Term, sizes: ReadonlyMap<string, unknown>): Term {
  const ones = term.labels.flatMap((label, i) => (term.value.shape[i] === 1 && sizes.get(label) !== 1 ? [i] : []));
  if (ones.length === 0) return term;
  return { value: reshape(term.value, term.value.shape.filter((_, i) => !ones.includes(i))), labels: term.labels.filter((_, i) => !ones.includes(i)) };
}

function contractPair(a: Term, b: Term, needed: ReadonlySet<string>): Term {
  const both = a.labels.filter((label) => b.labels.includes(label));
  const batch = both.filter((label) => needed.has(label));
  const summed = both.filter((label) => !needed.has(label));
  const at = (term: Term, labels: readonly string[]): number[] => labels.map((label) => term.labels.indexOf(label));
  const value = dotGeneral(a.value, b.value, { lhsContract: at(a, summed), rhsContract: at(b, summed), lhsBatch: at(a, batch), rhsBatch: at(b, batch) });
  const free = (term: Term): string[] => term.labels.filter((label) => !both.includes(label));
  return { value, labels: [...batch, ...free(a), ...free(b)] };
}

/** What a dimension of unknown size counts as where costs are compared. */
const symbolicSize = 64;

/** Contracts the terms as the tree says; `needed` are the labels that something outside the tree needs. */
function contractTree(terms: readonly Term[], tree: ContractionTree, needed: ReadonlySet<string>): Term {
  if (typeof tree === 'number') return terms[tree]!;
  const [left, right] = tree;
  const labelsIn = (part: ContractionTree): string[] => (typeof part === 'number' ? [...terms[part]!.labels] : part.flatMap(labelsIn));
  const a = contractTree(terms, left, new Set([...needed, ...labelsIn(right)]));
  const b = contractTree(terms, right, new Set([...needed, ...labelsIn(left)]));
  return contractPair(a, b, needed);
}

/** The size of each label. @throws ArgumentError where two operands differ, or the output has a label of its own */
export function labelSizes({ inputs, output }: Equation, shapes: readonly Shape[]): Map<string, Dim> {
  const sizes = new Map<string, Dim>();
  inputs.forEach((labels, i) => labels.forEach((label, axis) => {
    const size = shapes[i]![axis]!;
    const known = sizes.get(label);
    if (known === undefined || known === 1) sizes.set(label, size);
    else if (size !== 1 && size !== known) throw new ArgumentError('einsum', 'subscripts', `gives axis ${label} the sizes ${String(known)} and ${String(size)}`);
  }));
  const unknown = output.find((label) => !sizes.has(label));
  if (unknown !== undefined) throw new ArgumentError('einsum', 'subscripts', `has the output axis ${unknown}, which no operand has`);
  return sizes;
}

/** The size by which costs are compared. */
export const comparedSize = (sizes: ReadonlyMap<string, Dim>) => (label: string): number => {
  const size = sizes.get(label);
  return typeof size === 'number' ? size : symbolicSize;
};

/** Einstein's summation; more than two operands are contracted pair by pair, in the order that multiplies least (jnp.einsum). */
export function einsum(subscripts: string, ...operands: readonly TensorLike[]): Tensor {
  const values = promote('einsum', operands);
  const { inputs, output } = parse(subscripts, values.map((value) => value.rank));
  const sizes = labelSizes({ inputs, output }, values.map(({ shape }) => shape));
  let terms: Term[] = values.map((value, i) => dropOnes({ value, labels: inputs[i]! }, sizes));
  const neededBy = (others: readonly Term[]): Set<string> => new Set([...output, ...others.flatMap((term) => term.labels)]);
  terms = terms.map((term, i) => reduceTerm(term, neededBy(terms.filter((_, j) => j !== i))));
  const contracted = contractTree(terms, contractionOrder(terms, output, comparedSize(sizes)), new Set(output));
  const { value, labels } = reduceTerm(contracted, new Set(output));
  const present = output.filter((label) => labels.includes(label));
  const ordered = transpose(value, present.map((label) => labels.indexOf(label)));
  if (present.length === output.length) return ordered;
  const spread = reshape(ordered, output.map((label) => (labels.includes(label) ? ordered.shape[present.indexOf(label)]! : 1)));
  return spread;
}
