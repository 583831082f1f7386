/** Rules that make one tensor of several. */
import { concatenate, equalShapes, stack as stackTensors, type Tensor } from '@flaxon/tensor';
import { matches, Names, RemapError, type RemapRule } from './rule.js';

interface AxisOptions {
  /** 0 by default. */
  readonly axis?: number;
}

/** Tensors that become one, by their places in it. */
type Group = Map<number, { readonly path: string; readonly tensor: Tensor }>;

/**
 * A rule that gathers tensors: `placeOf` says which tensor a path is a part of and where in it, or nothing; `join` makes it. The new tensor stands where its first
 * part did.
 */
const gather =
  (rule: string, placeOf: (path: string) => { readonly name: string; readonly place: number } | undefined, count: (group: Group) => number, join: (parts: readonly Tensor[], name: string) => Tensor): RemapRule =>
  (tensors) => {
    const groups = new Map<string, Group>();
    const entries: (readonly [string, Tensor | Group])[] = [];
    for (const [path, tensor] of tensors) {
      const found = placeOf(path);
      if (found === undefined) {
        entries.push([path, tensor]);
        continue;
      }
      const group: Group = groups.get(found.name) ?? new Map();
      if (group.size === 0) entries.push([found.name, group]);
      groups.set(found.name, group);
      const other = group.get(found.place);
      if (other !== undefined) throw new RemapError(rule, path, `and \`${other.path}\` are both part ${found.place} of \`${found.name}\``);
      group.set(found.place, { path, tensor });
    }
    const names = new Names(rule);
    for (const [name, entry] of entries) names.add(name, entry instanceof Map ? join(partsOf(rule, name, entry, count(entry)), name) : entry);
    return names.all;
  };

function partsOf(rule: string, name: string, group: Group, count: number): readonly Tensor[] {
  return Array.from({ length: count }, (_, place) => {
    const part = group.get(place);
    if (part === undefined) throw new RemapError(rule, name, `has no part ${place} of ${count}; there are ${Array.from(group.values(), ({ path }) => `\`${path}\``).join(', ')}`);
    return part.tensor;
  });
}

/**
 * Several tensors in one, end to end along `axis`: `join([/^(.*)query\.weight$/u, /^(.*)key\.weight$/u, /^(.*)value\.weight$/u], '$1qkv.weight')`.
 * @throws RemapError where a part is missing
 */
export const join = (patterns: readonly RegExp[], replacement: string, { axis = 0 }: AxisOptions = {}): RemapRule => {
  const placeOf = (path: string) => {
    const place = patterns.findIndex((pattern) => matches(path, pattern));
    return place < 0 ? undefined : { name: path.replace(patterns[place]!, replacement), place };
  };
  return gather('remap.join', placeOf, () => patterns.length, (parts) => concatenate(parts, axis));
};

/**
 * The same tensor of each layer as one with a new axis, as a scan over layers has it. The first group of the pattern is the number of the layer:
 * `stack(/^params\/layers_(\d+)\//u, 'params/layers/')`.
 * @throws RemapError where a layer is missing, or has another shape
 */
export const stack = (pattern: RegExp, replacement: string, { axis = 0 }: AxisOptions = {}): RemapRule => {
  const once = new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/gu, ''));
  const placeOf = (path: string) => {
    const found = once.exec(path);
    if (found === null) return undefined;
    const place = Number(found[1] ?? Number.NaN);
    if (!Number.isSafeInteger(place) || place < 0) throw new RemapError('remap.stack', path, `has no number of a layer in the first group of ${String(pattern)}`);
    return { name: path.replace(once, replacement), place };
  };
  const layers = (group: Group): number => Math.max(...Array.from(group.keys(), (place) => place + 1));
  const joinLayers = (parts: readonly Tensor[], name: string): Tensor => {
    const other = parts.findIndex((part) => !equalShapes(part.shape, parts[0]!.shape));
    if (other > 0) throw new RemapError('remap.stack', name, `has layers of different shapes: [${parts[0]!.shape.join(', ')}] in the first, [${parts[other]!.shape.join(', ')}] in number ${other}`);
    return stackTensors(parts, axis);
  };
  return gather('remap.stack', placeOf, layers, joinLayers);
};
