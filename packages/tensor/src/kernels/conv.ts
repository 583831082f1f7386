import { isHalf, type TypedArray } from '../dtype/dtype.js';
import { sizeOf } from '../shape/shape.js';
import { convAxes, fillPatches, type PatchOrder, type PatchRegion } from './conv-patches.js';
import type { Kernel } from './kernel.js';
import { matmul } from './matmul.js';
import { allocateCompute, computeData, storeData, unsupported } from './number-class.js';

/** Patches of about so many elements are made at a time, so that they stay in the cache. */
const patchElements = 1 << 17;

/**
 * Correlation by matrix products: for each example and group, the patches of the operand that the kernel sees are laid
 * out as a matrix (channels and taps, places), and the kernel is a matrix (features, channels and taps).
 *
 * Feature groups: group g of the channels makes group g of the features. Batch groups: the batch falls into groups of
 * examples, and group g of them makes group g of the features, so the result's batch is that much smaller.
 */
export const convKernel: Kernel<'conv'> = ([x, kernel], params, [output]) => {
  const { dtype, shape } = output!;
  if (dtype === 'bool') return unsupported('conv', dtype);
  const out = allocateCompute(dtype, sizeOf(shape));
  if (out.length === 0) return [storeData(out, dtype)];
  const data = computeData(x!);
  const weights = computeData(kernel!);
  const computeDtype = isHalf(dtype) ? 'float32' : dtype;

  const [examples, features] = shape as readonly [number, number];
  const [, channels] = kernel!.shape as readonly [number, number];
  const groups = params.featureGroupCount * params.batchGroupCount;
  const groupFeatures = features / groups;
  const allChannels = x!.shape[1]!;
  const channelSize = sizeOf(x!.shape.slice(2));
  const inner = channels * sizeOf(kernel!.shape.slice(2));

  const axes = convAxes(x!.shape.slice(2), kernel!.shape.slice(2), shape.slice(2), params);
  const sizes: ConvSizes = { examples, groups, groupFeatures, inner, places: sizeOf(shape.slice(2)), rows: axes[0]!.places };
  const channelsOf = (example: number, group: number): Pick<PatchRegion, 'data' | 'offset' | 'channels'> => ({
    data,
    channels,
    offset: (params.batchGroupCount === 1 ? example * allChannels + group * channels : (group * examples + example) * allChannels) * channelSize,
  });
  const memory = (length: number): TypedArray => allocateCompute(dtype, length);
  // The derivative with respect to a kernel has a window as large as the operand, and few places.
  const order: PatchOrder = axes.reduce((product, { taps }) => product * taps, 1) > sizes.places ? 'taps' : 'places';
  const fill = (region: PatchRegion, patches: TypedArray): void => fillPatches(computeDtype, axes, region, patches, order);
  const products = order === 'places' ? productsByExample : productsByPlace;
  products(sizes, channelsOf, fill, weights, memory, out);
  return [storeData(out, dtype)];
};

interface ConvSizes {
  readonly examples: number;
  readonly groups: number;
  readonly groupFeatures: number;
  /** Channels and taps. */
  readonly inner: number;
  readonly places: number;
  /** Places along the first spatial axis. */
  readonly rows: number;
}

type Products = (
  sizes: ConvSizes, channelsOf: (example: number, group: number) => Pick<PatchRegion, 'data' | 'offset' | 'channels'>,
  fill: (region: PatchRegion, patches: TypedArray) => void, weights: TypedArray, memory: (length: number) => TypedArray, out: TypedArray,
) => void;

/** The kernel times the patches of an example, (channels and taps, places). */
const productsByExample: Products = ({ examples, groups, groupFeatures, inner, places, rows }, channelsOf, fill, weights, memory, out) => {
  const rowPlaces = places / rows;
  const rowsAtOnce = Math.min(rows, Math.max(1, Math.floor(patchElements / Math.max(1, inner * rowPlaces))));
  const patchMemory = memory(inner * rowsAtOnce * rowPlaces);
  for (let example = 0; example < examples; example++) {
    for (let group = 0; group < groups; group++) {
      const target = (example * groups + group) * groupFeatures * places;
      for (let firstRow = 0; firstRow < rows; firstRow += rowsAtOnce) {
        const endRow = Math.min(rows, firstRow + rowsAtOnce);
        const columns = (endRow - firstRow) * rowPlaces;
        const patches = patchMemory.subarray(0, inner * columns);
        fill({ ...channelsOf(example, group), firstRow, endRow }, patches);
        matmul(
          { rows: groupFeatures, inner, columns },
          { data: weights, offset: group * groupFeatures * inner, rowStride: inner, columnStride: 1 },
          { data: patches, offset: 0, rowStride: columns, columnStride: 1 },
          { data: out, offset: target + firstRow * rowPlaces, rowStride: places, columnStride: 1 },
        );
      }
    }
  }
};

/** Patches of few places but many taps are larger, and made for several examples at once, so that their product has rows enough. */
const placePatchElements = 1 << 20;

/** The patches of several examples, (examples and places, channels and taps), times the kernel. */
const productsByPlace: Products = ({ examples, groups, groupFeatures, inner, places, rows }, channelsOf, fill, weights, memory, out) => {
  const rowPlaces = places / rows;
  const rowsAtOnce = Math.min(rows, Math.max(1, Math.floor(placePatchElements / Math.max(1, inner * rowPlaces))));
  const examplesAtOnce = Math.min(examples, Math.max(1, Math.floor(placePatchElements / Math.max(1, inner * rowsAtOnce * rowPlaces))));
  const patchMemory = memory(examplesAtOnce * inner * rowsAtOnce * rowPlaces);
  const products = memory(examplesAtOnce * rowsAtOnce * rowPlaces * groupFeatures);
  for (let group = 0; group < groups; group++) {
    for (let first = 0; first < examples; first += examplesAtOnce) {
      const count = Math.min(examplesAtOnce, examples - first);
      for (let firstRow = 0; firstRow < rows; firstRow += rowsAtOnce) {
        const endRow = Math.min(rows, firstRow + rowsAtOnce);
        const columns = (endRow - firstRow) * rowPlaces;
        for (let i = 0; i < count; i++) fill({ ...channelsOf(first + i, group), firstRow, endRow }, patchMemory.subarray(i * columns * inner, (i + 1) * columns * inner));
        matmul(
          { rows: count * columns, inner, columns: groupFeatures },
          { data: patchMemory, offset: 0, rowStride: inner, columnStride: 1 },
          { data: weights, offset: group * groupFeatures * inner, rowStride: 1, columnStride: inner },
          { data: products, offset: 0, rowStride: groupFeatures, columnStride: 1 },
        );
        for (let i = 0; i < count; i++) {
          const target = ((first + i) * groups + group) * groupFeatures * places + firstRow * rowPlaces;
          for (let place = 0, from = i * columns * groupFeatures; place < columns; place++) {
            for (let feature = 0, to = target + place; feature < groupFeatures; feature++, from++, to += places) out[to] = products[from]!;
          }
        }
      }
    }
  }
};
