export { flatten, flattenWithPath, isRecord, leafCount, leaves, map, requireSameStructure, structure, structureKey, unflatten } from './tree.js';
export type { Flat, Tree, TreeStructure } from './tree.js';
export { match, merge, requireMatch } from './match.js';
export type { MatchOptions, MergeOptions, TreeMatch } from './match.js';
export { TreeMatchError } from './match-error.js';
export { renamePath } from './rename.js';
export type { Rename } from './rename.js';
