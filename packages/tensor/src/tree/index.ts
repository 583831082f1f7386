export { flatten, flattenWithPath, isRecord, leafCount, leaves, map, requireSameStructure, structure, structureKey, unflatten } from './tree.js';
export type { Flat, Tree, TreeStructure } from './tree.js';
