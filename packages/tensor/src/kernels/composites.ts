import type { CallAttribute } from '../primitives/params.js';
import { sizeOf } from '../shape/shape.js';
import type { ArrayView } from './kernel.js';
import { linalgKernels, type CompositeKernel } from './linalg/index.js';
import { convolveChannelsLast } from './conv-vectors.js';
import { normalizeVectors, softmaxVectors } from './rows-vectors.js';

type Attributes = Readonly<Record<string, CallAttribute>>;
/** As `CompositeKernel`, or undefined where the decomposition is to be run. */
type PartialKernel = (inputs: readonly ArrayView[], attributes: Attributes) => readonly ArrayView[] | undefined;

const float32Data = ({ data, dtype }: ArrayView): Float32Array | undefined => (dtype === 'float32' && data instanceof Float32Array ? data : undefined);

/** Along the last axis of float32. */
const softmaxKernel: PartialKernel = ([x], { axes }) => {
  const { shape, dtype } = x!;
  const data = float32Data(x!);
  const isLast = Array.isArray(axes) && axes.length === 1 && axes[0] === -1;
  const found = isLast && data ? softmaxVectors(data, shape.at(-1)!) : null;
  return found === null ? undefined : [{ data: found, shape, dtype }];
};

/** Over the last axes of float32, with parameters of their shape. */
const normalizationKernel = (name: 'layerNorm' | 'rmsNorm'): PartialKernel => ([x, ...parameters], { axes, epsilon, hasScale, hasBias }) => {
  const { shape, dtype } = x!;
  const data = float32Data(x!);
  const lines = parameters.map(float32Data);
  if (data === undefined || lines.includes(undefined) || !Array.isArray(axes) || typeof epsilon !== 'number') return undefined;
  const columns = sizeOf(shape.slice(shape.length - axes.length));
  const [scale, bias] = [hasScale === true ? lines[0] : undefined, hasBias === true ? lines[hasScale === true ? 1 : 0] : undefined];
  const found = columns === 0 ? null : normalizeVectors(name, data, columns, { scale, bias, epsilon });
  return found === null ? undefined : [{ data: found, shape, dtype }];
};

const numbersOf = (attribute: CallAttribute | undefined): readonly number[] => (Array.isArray(attribute) ? attribute : []);

/** A convolution whose operand and result have their channels last, the kernel its features; padding: low and high of each spatial axis in turn. */
const convChannelsLastKernel: PartialKernel = ([x, kernel], attributes) => {
  const { dtype } = x!;
  if (!(x!.data instanceof Float32Array || x!.data instanceof Float64Array) || !(kernel!.data instanceof Float32Array || kernel!.data instanceof Float64Array)) return undefined;
  const [strides, padding, dilation] = [attributes.strides, attributes.padding, attributes.rhsDilation].map(numbersOf);
  if (padding!.length !== 2 * strides!.length || dilation!.length !== strides!.length) return undefined;
  const axes = strides!.map((stride, i) => ({ stride, padding: [padding![2 * i]!, padding![2 * i + 1]!] as const, dilation: dilation![i]! }));
  const found = convolveChannelsLast({ data: x!.data, shape: x!.shape }, { data: kernel!.data, shape: kernel!.shape }, axes);
  return found === null ? undefined : [{ ...found, dtype }];
};

/** The composites that the eager executor computes by a kernel, by name. */
export const compositeKernels = {
  ...linalgKernels,
  convChannelsLast: convChannelsLastKernel,
  softmax: softmaxKernel,
  layerNorm: normalizationKernel('layerNorm'),
  rmsNorm: normalizationKernel('rmsNorm'),
} as const satisfies Readonly<Record<string, CompositeKernel | PartialKernel>>;

export type KernelComposite = keyof typeof compositeKernels;

export const hasCompositeKernel = (name: string): name is KernelComposite => Object.hasOwn(compositeKernels, name);
