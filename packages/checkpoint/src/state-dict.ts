import { StateDictError } from './errors.js';
import { childPath, isList, isNode, type CheckpointTree, type StateDict } from './values.js';

/**
 * Nested objects with names alone: arrays become objects by index (flax.serialization.to_state_dict). Leaves stay as they are.
 */
export function toStateDict(tree: CheckpointTree): StateDict {
  if (isList(tree)) return Object.fromEntries(tree.map((item, i) => [String(i), toStateDict(item)]));
  if (isNode(tree)) return Object.fromEntries(Object.entries(tree).map(([key, item]) => [key, toStateDict(item)]));
  return tree;
}

const describe = (state: StateDict): string => {
  if (isList(state)) return `an array of ${state.length}`;
  if (isNode(state)) return `an object with keys ${Object.keys(state).join(', ') || '(none)'}`;
  if (typeof state === 'object' && state !== null) return `a ${state.constructor.name}`;
  return state === null ? 'null' : `${typeof state} ${String(state)}`;
};

/** The children of a state that stands for an array, or an array itself. */
function listed(state: StateDict, length: number, path: string): readonly StateDict[] {
  const items = isList(state) ? (state as readonly StateDict[]) : isNode(state) ? Object.values(state as { readonly [key: string]: StateDict }) : undefined;
  if (items?.length !== length) throw new StateDictError(path, `an array of ${length}`, describe(state), 'The checkpoint was made of a tree of another structure; read it without a target to see which.');
  if (isList(state)) return items;
  return Array.from({ length }, (_, i) => {
    const found = (state as { readonly [key: string]: StateDict })[String(i)];
    if (found === undefined) throw new StateDictError(path, `an object with the keys 0 to ${length - 1}`, describe(state), 'An array is kept as an object by index.');
    return found;
  });
}

/**
 * `state` in the structure of `target` (flax.serialization.from_state_dict): arrays where the target has arrays, the keys of the target in
 * its order. Leaves are those of the state, whatever their shape and dtype; keys that the target does not have are left out.
 * `mergeStateDict` compares shapes too and reports.
 * @throws StateDictError where an array has another length, or a key of the target is missing
 */
export function fromStateDict<T extends CheckpointTree>(target: T, state: StateDict): T;
export function fromStateDict(target: CheckpointTree, state: StateDict): CheckpointTree {
  return restore(target, state, '');
}

function restore(target: CheckpointTree, state: StateDict, path: string): CheckpointTree {
  if (isList(target)) {
    const items = listed(state, target.length, path);
    return target.map((item, i) => restore(item, items[i]!, childPath(path, i)));
  }
  if (!isNode(target)) return state;
  const found = isNode(state) ? (state as { readonly [key: string]: StateDict }) : undefined;
  const missing = Object.keys(target).filter((key) => found === undefined || !Object.hasOwn(found, key));
  if (found === undefined || missing.length > 0) {
    throw new StateDictError(path, `an object with the keys ${Object.keys(target).join(', ')}`, describe(state), `Missing: ${missing.join(', ')}. With \`mergeStateDict(target, state, { partial: true })\` the target keeps its own.`);
  }
  return Object.fromEntries(Object.entries(target).map(([key, item]) => [key, restore(item, found[key]!, childPath(path, key))]));
}
