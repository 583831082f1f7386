/** Rules for single tensors. In replacements `$1` stands for the first group of the pattern, as in `String.replace`. */
import { split as splitTensor, transpose as transposeTensor, unstack as unstackTensor, type Tensor } from '@flaxon/tensor';
import { forEach, RemapError, type NamedTensors, type RemapRule } from './rule.js';

/** New names: `rename(/^encoder\.layer\.(\d+)\./u, 'params/layers_$1/')`. @throws RemapError where two tensors get one name */
export const rename = (pattern: RegExp, replacement: string): RemapRule => forEach('remap.rename', pattern, (path, tensor) => [[path.replace(pattern, replacement), tensor]]);

/** Leaves tensors out: `drop(/position_ids$/u)`. */
export const drop = (pattern: RegExp): RemapRule => forEach('remap.drop', pattern, () => []);

/** New values: `transform(/gamma$/u, (x) => x.add(1))`. */
export const transform = (pattern: RegExp, change: (tensor: Tensor, path: string) => Tensor): RemapRule => forEach('remap.transform', pattern, (path, tensor) => [[path, change(tensor, path)]]);

/** Other orders of axes, the reverse without `axes`: PyTorch has (out, in) where Flax has (in, out). @throws ShapeError where the rank is not that of `axes` */
export const transpose = (pattern: RegExp, axes?: readonly number[]): RemapRule => transform(pattern, (tensor) => transposeTensor(tensor, axes));

export interface SplitOptions {
  /** Where it is cut, 0 by default. */
  readonly axis?: number;
  /** The sizes of the parts; equal ones by default. */
  readonly sizes?: readonly number[];
}

/**
 * One tensor in several: `split(/^(.*)qkv\.weight$/u, ['$1query.weight', '$1key.weight', '$1value.weight'])`.
 * @throws RemapError where the axis has not as many elements as the parts
 */
export const split = (pattern: RegExp, replacements: readonly string[], { axis = 0, sizes }: SplitOptions = {}): RemapRule =>
  forEach('remap.split', pattern, (path, tensor) => {
    const length = tensor.staticShape().at(axis);
    const parts = sizes ?? replacements.map(() => (length ?? 0) / replacements.length);
    const sum = parts.reduce((total, size) => total + size, 0);
    if (length !== sum || parts.length !== replacements.length || !parts.every((size) => Number.isInteger(size) && size >= 0)) {
      throw new RemapError('remap.split', path, `has the shape [${tensor.shape.join(', ')}], whose axis ${axis} does not make ${replacements.length} parts of sizes ${parts.join(', ')}; give \`sizes\` and \`axis\``);
    }
    const ends = parts.slice(0, -1).map((_, at) => parts.slice(0, at + 1).reduce((total, size) => total + size, 0));
    const pieces = splitTensor(tensor, ends, axis);
    return replacements.map((replacement, at) => [path.replace(pattern, replacement), pieces[at]!] as const);
  });

/**
 * The layers of a scan as layers of their own, the other way round than `stack`: `unstack(/^params\/layers\//u, (layer) => `params/layers_${layer}/`)`.
 * axis: the one of the layers, 0 by default
 */
export const unstack = (pattern: RegExp, replacement: (layer: number) => string, { axis = 0 }: { readonly axis?: number } = {}): RemapRule =>
  forEach('remap.unstack', pattern, (path, tensor) => unstackTensor(tensor, axis).map((layer, at) => [path.replace(pattern, replacement(at)), layer] as const));

/** Rules one after another; what comes out of one goes into the next. @throws RemapError */
export const apply = (tensors: NamedTensors, rules: readonly RemapRule[]): NamedTensors => rules.reduce((current, rule) => rule(current), tensors);
