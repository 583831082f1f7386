/**
 * The lifted transformations: those of `@flaxon/tensor` for modules, whose variables and random keys they take along (Flax: `nn.vmap`,
 * `nn.scan`, ...).
 */
export type { ByFilter, VariableAxis } from './axes.js';
export { cond, switchBranch as switch, type BranchOptions } from './branches.js';
export { customVjp, type CustomVjpOptions } from './custom-vjp.js';
export { grad, jvp, valueAndGrad, vjp, type DerivativeOptions, type PullBack, type VjpOptions } from './derivatives.js';
export { foldRngs, jit, type JitOptions } from './jit.js';
export { mapVariables, type MapCollections, type MapVariablesOptions } from './map-variables.js';
export { addMetadataAxis } from './metadata.js';
export { remat, remat as checkpoint, rematScan, type RematOptions, type RematScanOptions } from './remat.js';
export { broadcast, scan, type ScanOptions, type StepAxes } from './scan.js';
export type { LiftTarget, Methods } from './targets.js';
export { vmap, type MappedAxes, type VmapOptions } from './vmap.js';
export { whileLoop, type WhileLoopOptions } from './while-loop.js';
