import type { Value } from '../values.js';
import { type Library, type LibraryFunction, requireFunction } from './library.js';

/**
 * How a function of a case is called. By default its arguments come first, in order, and its attributes last, as one
 * options object (left out where it would be empty). The table holds what differs.
 */
interface Convention {
  /** The library's name where it differs. */
  readonly name?: string;
  /** Attributes that come before the arguments. */
  readonly before?: readonly string[];
  /** Attributes that come after the arguments; those that are left go into the options. */
  readonly after?: readonly string[];
  /** Options that the name of the case implies. */
  readonly options?: Readonly<Record<string, unknown>>;
}

const conventions: Readonly<Record<string, Convention>> = {
  astype: { after: ['dtype'] },
  oneHot: { after: ['numClasses'] },
  var: { name: 'variance' },
  reshape: { after: ['shape'] },
  broadcastTo: { after: ['shape'] },
  transpose: { after: ['axes'] },
  swapaxes: { after: ['axis1', 'axis2'] },
  moveaxis: { after: ['source', 'destination'] },
  expandDims: { after: ['axis'] },
  squeeze: { after: ['axis'] },
  concatenate: { after: ['axis'] },
  stack: { after: ['axis'] },
  split: { after: ['indicesOrSections', 'axis'] },
  tile: { after: ['reps'] },
  repeat: { after: ['repeats', 'axis'] },
  flip: { after: ['axis'] },
  roll: { after: ['shift', 'axis'] },
  pad: { after: ['padWidth'] },
  takeAlongAxis: { after: ['axis'] },
  index: { after: ['index'] },
  slice: { after: ['startIndices', 'limitIndices', 'strides'] },
  dynamicSlice: { after: ['sliceSizes'] },
  scatterAdd: { name: 'scatter', options: { mode: 'add' } },
  scatterSet: { name: 'scatter', options: { mode: 'set' } },
  topK: { after: ['k'] },
  tril: { after: ['k'] },
  triu: { after: ['k'] },
  diag: { after: ['k'] },
  eye: { after: ['n', 'm', 'k', 'dtype'] },
  arange: { after: ['start', 'stop', 'step'] },
  linspace: { after: ['start', 'stop', 'num'] },
  tensordot: { after: ['axes'] },
  einsum: { before: ['subscripts'] },
};

/** Calls the function of a case. @throws MissingError where the library has none of that name. */
export function callFunction(library: Library, name: string, args: readonly Value[], attributes: Readonly<Record<string, unknown>> = {}): Value {
  const convention = Object.hasOwn(conventions, name) ? conventions[name]! : {};
  const f = findFunction(library, convention.name ?? name);
  return applyConvention(f, convention, args, attributes) as Value;
}

export function applyConvention(f: LibraryFunction, convention: Convention, args: readonly unknown[], attributes: Readonly<Record<string, unknown>>): unknown {
  const { before = [], after = [] } = convention;
  const rest = Object.entries(attributes).filter(([key]) => !before.includes(key) && !after.includes(key));
  const options = { ...Object.fromEntries(rest), ...convention.options };
  const positional = [...before.map((key) => attributes[key]), ...args, ...after.map((key) => attributes[key])];
  return Object.keys(options).length === 0 ? f(...trimmed(positional)) : f(...positional, options);
}

/** Without the arguments at the end that are not given. */
function trimmed(args: readonly unknown[]): readonly unknown[] {
  let length = args.length;
  while (length > 0 && args[length - 1] === undefined) length--;
  return args.slice(0, length);
}

/** The function that a config or a script names. @throws MissingError. */
export const findFunction = (library: Library, name: string): LibraryFunction =>
  requireFunction([library.tensor, library.layers, library.quantum, library.transport], name);
