import type { CallAttribute } from '../primitives/params.js';
import { softmaxVectors } from './exponential-vectors.js';
import type { ArrayView } from './kernel.js';
import { linalgKernels, type CompositeKernel } from './linalg/index.js';

/** As `CompositeKernel`, or undefined where the decomposition is to be run. */
type PartialKernel = (inputs: readonly ArrayView[], attributes: Readonly<Record<string, CallAttribute>>) => readonly ArrayView[] | undefined;

/** Along the last axis of float32. */
const softmaxKernel: PartialKernel = ([x], { axes }) => {
  const { data, shape, dtype } = x!;
  const isLast = Array.isArray(axes) && axes.length === 1 && axes[0] === -1;
  if (!isLast || dtype !== 'float32' || !(data instanceof Float32Array)) return undefined;
  const found = softmaxVectors(data, shape.at(-1)!);
  return found === null ? undefined : [{ data: found, shape, dtype }];
};

/** The composites that the eager executor computes by a kernel, by name. */
export const compositeKernels = {
  ...linalgKernels,
  softmax: softmaxKernel,
} as const satisfies Readonly<Record<string, CompositeKernel | PartialKernel>>;

export type KernelComposite = keyof typeof compositeKernels;

export const hasCompositeKernel = (name: string): name is KernelComposite => Object.hasOwn(compositeKernels, name);
