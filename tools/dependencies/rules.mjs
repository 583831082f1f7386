/**
 * Which package may know which: the arrows of the architecture. A package that is not named here may not have
 * dependencies on others until it is.
 */

export const scope = '@flaxon/';

/** Every package of the repository may be used. */
export const everything = Symbol('everything');

/** @type {Readonly<Record<string, readonly string[] | typeof everything>>} */
export const mayKnow = {
  tensor: [],
  core: ['tensor'],
  layers: ['tensor', 'core'],
  optim: ['tensor'],
  checkpoint: ['tensor'],
  'runtime-onnx': ['tensor'],
  transport: ['tensor', 'core', 'layers', 'optim'],
  quantum: ['tensor', 'core', 'layers', 'optim'],
  train: ['tensor', 'core', 'optim', 'checkpoint', 'runtime-onnx'],
  conformance: everything,
  bench: everything,
};

/** Packages that run in browsers: their sources may not import Node's modules. */
export const runsInBrowsers = new Set(['tensor', 'core', 'layers', 'optim', 'transport', 'quantum']);
