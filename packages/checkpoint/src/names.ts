/** Trees of tensors as names, which is what most formats have. */
import { Tensor } from '@flaxon/tensor';
import { CheckpointFormatError, UnsupportedValueError, type CheckpointFormat } from './errors.js';
import { deepestNesting } from './limits.js';
import { isList, isNode, type CheckpointTree } from './values.js';

/** Tensors in nested objects. */
export type TensorTree = Tensor | { readonly [key: string]: TensorTree };

/**
 * The tensors of a tree by name: the keys on the way, joined by `separator` (flax.traverse_util.flatten_dict). An array counts by index.
 * @throws UnsupportedValueError for a leaf that is no tensor; CheckpointFormatError where two leaves get one name
 */
export function flattenNames(format: CheckpointFormat, tree: CheckpointTree, separator: string): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  const visit = (node: CheckpointTree, path: string): void => {
    if (node instanceof Tensor) {
      if (found.has(path)) throw new CheckpointFormatError(format, `two tensors would have the one name \`${path}\`; choose another \`separator\``);
      found.set(path, node);
    } else if (isList(node) || isNode(node)) {
      for (const [key, item] of Object.entries(node)) visit(item, path === '' ? key : `${path}${separator}${key}`);
    } else {
      const kind = node === null ? 'null' : typeof node === 'object' ? `a ${node.constructor.name}` : `a ${typeof node}`;
      throw new UnsupportedValueError(format, path, kind, 'The format holds tensors alone; leave it out, or write `toBytes(tree)`.');
    }
  };
  visit(tree, '');
  return found;
}

/**
 * Nested objects of names that are paths (flax.traverse_util.unflatten_dict).
 * @throws CheckpointFormatError where a name is also the beginning of another, has a part `__proto__`, or more parts than files may nest
 */
export function nestNames<T>(format: CheckpointFormat, entries: Iterable<readonly [string, T]>, separator: string): { [key: string]: T | object } {
  const root: Record<string, T | object> = {};
  const made = new Set<object>([root]);
  for (const [name, leaf] of entries) {
    const keys = separator === '' ? [name] : name.split(separator);
    if (keys.length > deepestNesting) throw new CheckpointFormatError(format, `has a name of ${keys.length} parts, which would nest deeper than ${deepestNesting} levels; read it with \`separator: ''\``);
    if (keys.includes('__proto__')) throw new CheckpointFormatError(format, `has the name \`${name}\`, with the key \`__proto__\``);
    let node = root;
    for (const key of keys.slice(0, -1)) {
      const isThere = Object.hasOwn(node, key);
      const inner = isThere ? node[key]! : {};
      if (!isThere) made.add(inner as object);
      if (!made.has(inner as object)) throw new CheckpointFormatError(format, `has \`${name}\`, a part of which is a tensor itself; read it with \`separator: ''\``);
      node[key] = inner;
      node = inner as Record<string, T | object>;
    }
    const last = keys.at(-1)!;
    if (Object.hasOwn(node, last)) throw new CheckpointFormatError(format, `has \`${name}\` twice, or as a part of other names; read it with \`separator: ''\``);
    node[last] = leaf;
  }
  return root;
}
