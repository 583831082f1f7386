/** What passes know about the sequences that recurrent operators read and write. */
import { constantData, type Node, producerOf, type Value } from '../graph/graph.js';
import { permutationOf } from './cancel-layout.js';
import type { Uses } from './uses.js';

export const recurrences: ReadonlySet<string> = new Set(['LSTM', 'GRU', 'RNN']);

export const directionOf = ({ attributes: { direction } }: Node): string => (direction?.kind === 'string' ? direction.value : 'forward');

/** True for an operator of one direction over sequences of full length. */
export const isPlainRecurrence = (node: Node): boolean => recurrences.has(node.op) && node.domain === '' && node.inputs[4] === undefined && directionOf(node) !== 'bidirectional';

/** The axis that `node` turns round, where it does that to the whole of one axis and nothing else. */
export function reversedAxis(node: Node | undefined): number | undefined {
  if (node?.op !== 'Slice' || node.domain !== '') return undefined;
  const [starts, ends, axes, steps] = node.inputs.slice(1).map((input) => constantData(input)?.data);
  if (!starts || !ends || !axes || !steps || [starts, ends, axes, steps].some(({ length }) => length !== 1)) return undefined;
  const [start, end, axis, step] = [starts, ends, axes, steps].map((data) => Number(data[0])) as [number, number, number, number];
  return start === -1 && step === -1 && end < -(2 ** 62) ? axis : undefined;
}

/** The one node that reads `value`. */
export function onlyReader(value: Value, uses: Uses): Node | undefined {
  const readers = uses.readersOf(value);
  return readers.length === 1 && uses.isOnlyReadBy(value, readers[0]!) ? readers[0] : undefined;
}

export interface Written {
  /** (steps, batch, features), or with the first two exchanged. */
  readonly value: Value;
  readonly timeAxis: 0 | 1;
}

/** The sequence behind Y (steps, 1, batch, features) of an operator: without the axis of directions, transposed perhaps. */
export function writtenSequence({ outputs }: Node, uses: Uses): Written | undefined {
  const [all] = outputs;
  const squeezed = all && onlyReader(all, uses);
  if (squeezed?.op !== 'Reshape' || squeezed.domain !== '') return undefined;
  const [steps, , batch, features] = all!.shape;
  const value = squeezed.outputs[0]!;
  if (value.shape.length !== 3 || value.shape[0] !== steps || value.shape[1] !== batch || value.shape[2] !== features) return undefined;
  const turned = onlyReader(value, uses);
  if (turned?.op === 'Transpose' && permutationOf(turned).join() === '1,0,2') return { value: turned.outputs[0]!, timeAxis: 1 };
  return { value, timeAxis: 0 };
}

/** The node that turns round the sequence `x` (steps, batch, in) before an operator reads it, through a transposition perhaps. */
export function reversedInput(x: Value, reader: Node, uses: Uses): { readonly reversal: Node; readonly transpose: Node | undefined } | undefined {
  const node = producerOf(x);
  if (!node || !uses.isOnlyReadBy(x, reader)) return undefined;
  if (reversedAxis(node) === 0) return { reversal: node, transpose: undefined };
  if (node.op !== 'Transpose' || node.domain !== '' || permutationOf(node).join() !== '1,0,2') return undefined;
  const reversal = producerOf(node.inputs[0]);
  return reversal && reversedAxis(reversal) === 1 ? { reversal, transpose: node } : undefined;
}
