export { RemapError, type NamedTensors, type RemapRule } from './rule.js';
export { apply, drop, rename, split, transform, transpose, unstack, type SplitOptions } from './rules.js';
export { join, stack } from './groups.js';
export { torch } from './torch.js';
