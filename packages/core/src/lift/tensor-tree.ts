/** The tensors inside arguments, results and variables, whatever else stands there. */
import { tensor, Tensor, tree } from '@flaxon/tensor';
import { LiftArgumentError } from '../errors/lift-errors.js';
import { AxisMetadata } from '../metadata/axis-metadata.js';
import { LazyRng } from '../rng/lazy-rng.js';
import { closureOver, closureTensors } from './closure.js';

/**
 * One thing for every tensor of a value, or a tree of such things that begins like the value: `0`, `[0, null]`, `{ x: 0 }`.
 * `Leaf` must not be an array or a plain object.
 */
export type Prefix<Leaf> = Leaf | readonly Prefix<Leaf>[] | { readonly [key: string]: Prefix<Leaf> };

export interface FoundTensor<Leaf> {
  readonly tensor: Tensor;
  /** What the prefix says of it. */
  readonly note: Leaf;
  /** Where it stands: `0/Dense_0/kernel`. */
  readonly path: string;
}

const join = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}/${key}`);

const isArray: (value: unknown) => value is readonly unknown[] = Array.isArray;

/** `value` with each tensor replaced. Keys, and the tensors that a closure carries, count as tensors; all else stays. */
function replace<Leaf>(value: unknown, prefix: Prefix<Leaf> | undefined, path: string, of: (found: FoundTensor<Leaf>) => Tensor): unknown {
  if (value instanceof AxisMetadata) return value.replaceBoxed(of({ tensor: value.unbox(), note: leafNote(prefix, path), path }));
  if (value instanceof Tensor) return of({ tensor: value, note: leafNote(prefix, path), path });
  if (value instanceof LazyRng) return value.withKey(of({ tensor: value.key, note: leafNote(prefix, path), path }));
  const carried = closureTensors(value);
  if (carried !== undefined) return closureOver(value, carried.map((one) => of({ tensor: one, note: leafNote(prefix, path), path })));
  if (isArray(value)) {
    if (isArray(prefix) && prefix.length !== value.length) throw new LiftArgumentError('axes', `${prefix.length} entries for ${value.length} values at "${path}"; give one for each, or one for all`);
    return value.map((inner, i) => replace(inner, noteAt(prefix, i), join(path, i), of));
  }
  if (!tree.isRecord(value)) return value;
  // Keys in sorted order, as trees are flattened everywhere.
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, replace(value[key], noteAt(prefix, key), join(path, key), of)]));
}

/** Missing where the prefix says nothing of the key, which matters only if a tensor stands there. */
function noteAt<Leaf>(prefix: Prefix<Leaf> | undefined, key: string | number): Prefix<Leaf> | undefined {
  if (isArray(prefix)) return prefix[Number(key)] as Prefix<Leaf> | undefined;
  return tree.isRecord(prefix) ? (prefix as { readonly [key: string]: Prefix<Leaf> })[key] : prefix;
}

function leafNote<Leaf>(prefix: Prefix<Leaf> | undefined, path: string): Leaf {
  if (prefix === undefined) throw new LiftArgumentError('axes', `nothing is given for the tensor at "${path}"`);
  if (!isArray(prefix) && !tree.isRecord(prefix)) return prefix as Leaf;
  throw new LiftArgumentError('axes', `a tree is given where the value has a tensor, at "${path}"`);
}

export interface TakenTensors<Leaf> {
  readonly found: readonly FoundTensor<Leaf>[];
  readonly tensors: readonly Tensor[];
  /** The value with others in the place of its tensors. */
  restore(tensors: readonly Tensor[]): unknown;
}

/** The tensors of `value`, each with what `prefix` says of it. @throws LiftArgumentError where the prefix does not fit */
export function takeTensors<Leaf>(value: unknown, prefix: Prefix<Leaf>): TakenTensors<Leaf> {
  const found: FoundTensor<Leaf>[] = [];
  replace(value, prefix, '', (one) => {
    found.push(one);
    return one.tensor;
  });
  const restore = (tensors: readonly Tensor[]): unknown => {
    let next = 0;
    return replace<null>(value, null, '', () => tensors[next++]!);
  };
  return { found, tensors: found.map((one) => one.tensor), restore };
}

/** `value` with `f` of each tensor in its place. */
export const mapTensors = <Leaf>(value: unknown, prefix: Prefix<Leaf>, f: (tensor: Tensor, note: Leaf) => Tensor): unknown =>
  replace(value, prefix, '', (found) => f(found.tensor, found.note));

/** `value` with its numbers and booleans made tensors (int32 for whole numbers, else float32): what a loop carries or stacks. */
export function numbersToTensors(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return tensor(value);
  if (isArray(value)) return value.map(numbersToTensors);
  return tree.isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, numbersToTensors(inner)])) : value;
}

export interface ChosenTensors<Leaf> {
  readonly found: readonly FoundTensor<Leaf>[];
  readonly tensors: readonly Tensor[];
  /** The value with others in the place of those chosen; the rest as it was. */
  restore(tensors: readonly Tensor[]): unknown;
}

/** The tensors of `value` that `choose` picks. @throws LiftArgumentError where the prefix does not fit */
export function chooseTensors<Leaf>(value: unknown, prefix: Prefix<Leaf>, choose: (note: Leaf) => boolean): ChosenTensors<Leaf> {
  const all = takeTensors(value, prefix);
  const chosen = all.found.filter(({ note }) => choose(note));
  const restore = (tensors: readonly Tensor[]): unknown => {
    let next = 0;
    return all.restore(all.found.map(({ tensor: own, note }) => (choose(note) ? tensors[next++]! : own)));
  };
  return { found: chosen, tensors: chosen.map(({ tensor: own }) => own), restore };
}
